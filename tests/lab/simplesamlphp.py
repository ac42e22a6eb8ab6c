"""SimpleSAMLphp of Debian as the workplace's identity provider, on PHP's own server behind nginx, which speaks TLS.

Facts: without `php-xml` it answers a page of errors with status 200; logout needs `sign.logout`; an identity provider
encrypts by AES-CBC unless told otherwise.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path

import requests

from tests.lab.nginx import Nginx
from tests.lab.nginx import missing as nginx_missing
from tests.lab.process import PeerFailed, Process, free_port, listens, which
from tests.lab.site import Site

ADDRESS = "127.0.0.31"
PACKAGES = ("simplesamlphp", "php-cli", "php-xml", "php-mbstring", "php-curl", "php-sqlite3", "nginx-light")
PASSWORD = "Welkom01!lab"
INSTALLED = Path("/usr/share/simplesamlphp")
PERSISTENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"

FRONT = """
server {{
  listen {address}:{port} ssl;
  ssl_certificate {certificate};
  ssl_certificate_key {key};
  location / {{ proxy_pass http://{address}:{php}; proxy_set_header Host $http_host; }}
}}
"""

CONFIG = """<?php
$config = [
  'baseurlpath' => '{url}/simplesaml/', 'certdir' => '{room}/cert/', 'loggingdir' => '{room}/log/',
  'datadir' => '{room}/data/', 'tempdir' => '{room}/tmp/', 'metadatadir' => '{room}/metadata/',
  'attributenamemapdir' => '/etc/simplesamlphp/attributemap/', 'technicalcontact_name' => 'lab',
  'technicalcontact_email' => 'na@example.org', 'timezone' => 'UTC', 'secretsalt' => 'a salt of the lab, long enough',
  'auth.adminpassword' => 'a password of the lab', 'admin.checkforupdates' => false, 'trusted.url.domains' => null,
  'debug' => ['saml' => true, 'backtraces' => true, 'validatexml' => false], 'showerrors' => true,
  'errorreporting' => false, 'logging.level' => SimpleSAML\\Logger::DEBUG, 'logging.handler' => 'file',
  'logging.logfile' => 'own.log', 'logging.processname' => 'ssp', 'statistics.out' => [], 'proxy' => null,
  'enable.saml20-idp' => true, 'module.enable' => ['core' => true, 'saml' => true, 'exampleauth' => true],
  'session.duration' => 28800, 'session.datastore.timeout' => 14400, 'session.state.timeout' => 3600,
  'session.cookie.name' => 'SSPSessionID', 'session.cookie.path' => '/', 'session.cookie.secure' => true,
  'session.cookie.samesite' => 'None', 'session.phpsession.cookiename' => 'SSP',
  'session.phpsession.savepath' => '{room}/sessions', 'session.phpsession.httponly' => true,
  'session.authtoken.cookiename' => 'SSPAuthToken', 'store.type' => 'phpsession', 'language.available' => ['en'],
  'language.default' => 'en', 'theme.use' => 'default', 'template.auto_reload' => false, 'production' => true,
  'assets' => ['caching' => ['max_age' => 86400, 'etag' => false]], 'authproc.idp' => [], 'authproc.sp' => [],
  'metadata.sources' => [['type' => 'flatfile'], {platforms}], 'metadata.sign.enable' => false,
];
"""

HOSTED = """<?php
$metadata['{entity}'] = [
  'host' => '__DEFAULT__', 'privatekey' => '{key}.key', 'certificate' => '{key}.crt', {other} 'auth' => 'static',
  'signature.algorithm' => 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
  'saml20.sign.response' => true, 'saml20.sign.assertion' => true, 'sign.logout' => true, 'redirect.sign' => true,
  'redirect.validate' => true, 'validate.logout' => true, 'validate.authnrequest' => true,
  'assertion.encryption' => {encrypted}, 'sharedkey_algorithm' => 'http://www.w3.org/2009/xmlenc11#aes256-gcm',
  'NameIDFormat' => '{persistent}', 'attributes.NameFormat' => 'urn:oasis:names:tc:SAML:2.0:attrname-format:basic',
  'authproc' => [3 => ['class' => 'saml:AttributeNameID', 'attribute' => 'uid', 'Format' => '{persistent}']],
];
"""


class SimpleSamlPhp:
    """One identity provider. `rotate` and `encrypt` take effect at the next request."""

    def __init__(self, site: Site, people: Iterable[Mapping[str, str]]) -> None:
        self.site = site
        self.room = site.room("simplesamlphp")
        self.front = Nginx(site, address=ADDRESS, host=ADDRESS)
        self.entity_id = f"{self.front.url}/simplesaml/saml2/idp/metadata.php"
        self.keys: list[str] = []
        self.encrypted = False
        self.process: Process | None = None
        for folder in ("config", "metadata", "cert", "log", "data", "tmp", "sessions", "www", "sp"):
            (self.room / folder).mkdir(exist_ok=True)
        (self.room / "www/simplesaml").symlink_to(INSTALLED / "www")
        people = {
            f"{one['username']}:{PASSWORD}": {
                "uid": [one["username"]],
                "mail": [one["email"]],
                "displayName": [f"{one['given_name']} {one['family_name']}"],
                "employeeNumber": [one["employee_number"]],
                "groups": [one["unit"]],
            }
            for one in people
        }
        text = json.dumps(people, ensure_ascii=False)
        sources = f"<?php $config = ['static' => ['exampleauth:UserPass'] + json_decode({_php(text)}, true)];\n"
        (self.room / "config/authsources.php").write_text(sources)
        self._new_key()

    @property
    def metadata_url(self) -> str:
        """Return where it describes itself."""
        return self.entity_id

    def start(self, *platforms: bytes) -> SimpleSamlPhp:
        """Serve, knowing these service providers by their metadata."""
        files = []
        for number, document in enumerate(platforms):
            file = self.room / f"sp/{number}.xml"
            file.write_bytes(document)
            files.append(f"['type' => 'xml', 'file' => '{file}']")
        config = CONFIG.format(url=self.front.url, room=self.room, platforms=", ".join(files))
        (self.room / "config/config.php").write_text(config)
        self._write()
        php = free_port(ADDRESS)
        command: list[str | Path] = [which("php") or "php", "-d", f"session.save_path={self.room / 'sessions'}"]
        command += ["-d", f"sys_temp_dir={self.room / 'tmp'}", "-S", f"{ADDRESS}:{php}", "-t", self.room / "www"]
        environment = {"SIMPLESAMLPHP_CONFIG_DIR": str(self.room / "config"), "PHP_CLI_SERVER_WORKERS": "4"}
        self.process = Process("php", command, self.room, environment=environment)
        self.process.ready(lambda: listens(ADDRESS, php))
        own = self.site.authority
        front = {
            "certificate": own.certificate,
            "key": own.key,
            "address": ADDRESS,
            "port": self.front.port,
            "php": php,
        }
        self.front.start(FRONT.format(**front))
        answer = requests.get(self.metadata_url, verify=str(own.ca_file), timeout=30)
        if b"EntityDescriptor" not in answer.content:
            raise PeerFailed(f"no metadata, but: {answer.text[:500]}\n{self.process.tail()}")
        return self

    def rotate(self) -> None:
        """Sign with a new key from now on; the one before stays in the metadata beside it."""
        self._new_key()
        self._write()

    def encrypt(self, *, encrypted: bool) -> None:
        """Encrypt assertions from now on, or not."""
        self.encrypted = encrypted
        self._write()

    @property
    def logout_url(self) -> str:
        """Return where people sign out at the identity provider itself."""
        return f"{self.front.url}/simplesaml/saml2/idp/initSLO.php?RelayState={self.front.url}/simplesaml/logout.php"

    def stop(self) -> None:
        """End both servers."""
        self.front.stop()
        if self.process is not None:
            self.process.stop()

    def _new_key(self) -> None:
        name = f"key{len(self.keys)}"
        base = self.room / "cert" / name
        command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30", "-subj", f"/CN={name}"]
        subprocess.run([*command, "-keyout", f"{base}.key", "-out", f"{base}.crt"], check=True, capture_output=True)
        self.keys.append(name)

    def _write(self) -> None:
        before = self.keys[-2:-1]
        other = "".join(f"'new_privatekey' => '{name}.key', 'new_certificate' => '{name}.crt'," for name in before)
        text = HOSTED.format(
            entity=self.entity_id,
            key=self.keys[-1],
            other=other,
            encrypted="true" if self.encrypted else "false",
            persistent=PERSISTENT,
        )
        target = self.room / "metadata/saml20-idp-hosted.php"
        fresh = target.with_suffix(".new")
        fresh.write_text(text)
        fresh.replace(target)


def _php(text: str) -> str:
    """Write a text as PHP does."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def missing() -> str | None:
    """Return what is not installed, or None."""
    if not (which("php") and INSTALLED.exists()):
        return "simplesamlphp, php-cli"
    return nginx_missing()
