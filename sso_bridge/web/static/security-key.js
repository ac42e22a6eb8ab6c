// Asks the browser for a security key or passkey, and sends what it says with the form it belongs to.
"use strict";

const bytes = (text) =>
  Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (char) => char.charCodeAt(0));

const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

const known = (list) => (list || []).map((one) => ({ ...one, id: bytes(one.id) }));

function readable(options) {
  const read = { ...options, challenge: bytes(options.challenge) };
  read.allowCredentials = known(options.allowCredentials);
  read.excludeCredentials = known(options.excludeCredentials);
  if (options.user) read.user = { ...options.user, id: bytes(options.user.id) };
  return read;
}

function written(key) {
  const response = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (key.response[name]) response[name] = text(key.response[name]);
  }
  return JSON.stringify({ id: key.id, rawId: text(key.rawId), type: key.type, response });
}

for (const form of document.querySelectorAll("form[data-key]")) {
  const button = form.querySelector("button");
  const problem = form.querySelector(".problem");
  if (!window.PublicKeyCredential) continue;
  button.hidden = false;
  form.addEventListener("submit", async (event) => {
    if (form.elements.response.value) return;
    event.preventDefault();
    problem.hidden = true;
    try {
      const publicKey = readable(JSON.parse(form.dataset.options));
      const key = await navigator.credentials[form.dataset.key]({ publicKey });
      form.elements.response.value = written(key);
      form.submit();
    } catch (_refused) {
      problem.hidden = false;
    }
  });
}
