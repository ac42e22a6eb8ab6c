"""mod_shib and shibd (OpenSAML): the Shibboleth service provider for Apache."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

from tests.lab import apache
from tests.lab.process import Process, which
from tests.lab.site import Site

ADDRESS = "127.0.0.24"
PACKAGES = ("apache2", "libapache2-mod-shib", "shibboleth-sp-utils")
ATTRIBUTES = ("uid", "mail", "displayName", "givenName", "sn", "groups", "title", "employeeNumber", "ou")

PROTECTION = """\
<Location /secret>
  AuthType shibboleth
  ShibRequestSetting requireSession 1
  Require valid-user
</Location>
<Location /Shibboleth.sso>
  AuthType None
  Require all granted
</Location>
"""

LOGGER = """\
log4j.rootCategory=INFO, file
log4j.appender.file=org.apache.log4j.FileAppender
log4j.appender.file.fileName={log}
log4j.appender.file.layout=org.apache.log4j.PatternLayout
log4j.appender.file.layout.ConversionPattern=%d{{%H:%M:%S}} %p %c %x: %m%n
"""

POLICY = """\
<AttributeFilterPolicyGroup xmlns="urn:mace:shibboleth:2.0:afp"
    xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" id="lab">
  <AttributeFilterPolicy id="any">
    <PolicyRequirementRule xsi:type="ANY"/><AttributeRule attributeID="*" permitAny="true"/>
  </AttributeFilterPolicy>
</AttributeFilterPolicyGroup>
"""

CONFIG = """\
<SPConfig xmlns="urn:mace:shibboleth:3.0:native:sp:config"
    xmlns:conf="urn:mace:shibboleth:3.0:native:sp:config" clockSkew="180">
  <OutOfProcess logger="{room}/shibd.logger" catchAll="false"/>
  <InProcess logger="{room}/native.logger"/>
  <UnixListener address="{room}/run/shibd.sock"/>
  <ApplicationDefaults entityID="{url}/shibboleth" REMOTE_USER="uid persistent-id"
      cipherSuites="DEFAULT"
      signing="true" signingAlg="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256">
    <Sessions lifetime="28800" timeout="3600" relayState="ss:mem" checkAddress="false"
        handlerSSL="true" cookieProps="https">
      <SSO entityID="{idp}">SAML2</SSO>
      <Logout>SAML2 Local</Logout>
      <Handler type="MetadataGenerator" Location="/Metadata" signing="false"/>
      <Handler type="Session" Location="/Session" showAttributeValues="true"/>
    </Sessions>
    <Errors supportContact="root@localhost"/>
    <MetadataProvider type="XML" validate="false" path="{room}/idp.xml"/>
    <AttributeExtractor type="XML" validate="false" reloadChanges="false" path="{room}/attribute-map.xml"/>
    <AttributeFilter type="XML" validate="false" path="{room}/attribute-policy.xml"/>
    <CredentialResolver type="File" use="signing" key="{room}/sp-key.pem" certificate="{room}/sp-cert.pem"/>
    <CredentialResolver type="File" use="encryption" key="{room}/sp-key.pem" certificate="{room}/sp-cert.pem"/>
  </ApplicationDefaults>
  <SecurityPolicyProvider type="XML" validate="false" path="{room}/security-policy.xml"/>
  <ProtocolProvider type="XML" validate="false" reloadChanges="false" path="{room}/protocols.xml"/>
</SPConfig>
"""

METADATA = """\
<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="{url}/shibboleth">
  <md:SPSSODescriptor AuthnRequestsSigned="1" protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
    <md:KeyDescriptor><ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:X509Data>
      <ds:X509Certificate>{certificate}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>
    <md:AssertionConsumerService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
      Location="{url}/Shibboleth.sso/SAML2/POST" index="1"/>
  </md:SPSSODescriptor>
</md:EntityDescriptor>
"""


def _attribute_map() -> str:
    basic = "urn:oasis:names:tc:SAML:2.0:attrname-format:basic"
    rows = [f'  <Attribute name="{name}" nameFormat="{basic}" id="{name}"/>' for name in ATTRIBUTES]
    rows.append(
        '  <Attribute name="urn:oasis:names:tc:SAML:2.0:nameid-format:persistent" id="persistent-id">'
        '<AttributeDecoder xsi:type="NameIDAttributeDecoder" formatter="$Name" defaultQualifiers="true"/></Attribute>'
    )
    schema = "http://www.w3.org/2001/XMLSchema-instance"
    head = f'<Attributes xmlns="urn:mace:shibboleth:2.0:attribute-map" xmlns:xsi="{schema}">'
    return "\n".join([head, *rows, "</Attributes>\n"])


class Shibboleth(apache.Apache):
    """The site, its service provider and the daemon behind it."""

    def __init__(self, site: Site) -> None:
        super().__init__(site, "shib", ADDRESS)
        self.daemon: Process | None = None
        openssl = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30", "-subj", "/CN=shib"]
        files = ["-keyout", str(self.room / "sp-key.pem"), "-out", str(self.room / "sp-cert.pem")]
        subprocess.run([*openssl, *files], check=True, capture_output=True)
        body = re.sub(r"-----.*?-----|\s", "", (self.room / "sp-cert.pem").read_text())
        self.sp_metadata.write_text(METADATA.format(url=self.url, certificate=body))

    @property
    def sp_metadata(self) -> Path:
        """Return the file that the bridge needs."""
        return self.room / "sp.xml"

    def start(self, idp_metadata: bytes) -> None:
        """Trust this identity provider and serve."""
        (self.room / "idp.xml").write_bytes(idp_metadata)
        entity = re.search(rb'entityID="([^"]+)"', idp_metadata)
        idp = entity.group(1).decode() if entity else ""
        for name in ("protocols.xml", "security-policy.xml"):
            shutil.copy(f"/etc/shibboleth/{name}", self.room / name)
        for page in Path("/etc/shibboleth").glob("*.html"):
            shutil.copy(page, self.room / page.name)
        (self.room / "shibd.logger").write_text(LOGGER.format(log=self.room / "shibd-own.log"))
        (self.room / "native.logger").write_text(LOGGER.format(log=self.room / "native.log"))
        (self.room / "attribute-map.xml").write_text(_attribute_map())
        (self.room / "attribute-policy.xml").write_text(POLICY)
        (self.room / "shibboleth2.xml").write_text(CONFIG.format(room=self.room, url=self.url, idp=idp))
        self.own()
        socket = self.room / "run/shibd.sock"
        command = [which("shibd") or "shibd", "-F", "-f", "-c", self.room / "shibboleth2.xml"]
        command += ["-p", self.room / "run/shibd.pid", "-w", "30"]
        self.daemon = Process("shibd", command, self.room, user=apache.USER).ready(socket.exists)
        server = f"ShibConfig {self.room}/shibboleth2.xml"
        self.run(f"LoadModule mod_shib {apache.MODULES}/mod_shib.so", PROTECTION, server)

    def stop(self) -> None:
        """End Apache and the daemon."""
        super().stop()
        if self.daemon is not None:
            self.daemon.stop()


def missing() -> str | None:
    """Return what is not installed, or None."""
    return apache.missing("mod_shib.so", "shibd")
