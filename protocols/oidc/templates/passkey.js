// Asks the browser for a passkey where a form wants one, and sends its answer. Without script the form stays hidden.
(() => {
  "use strict";
  if (!window.PublicKeyCredential || !navigator.credentials) return;

  const toBytes = (text) =>
    Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
  const toText = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const descriptors = (list) => (list || []).map((item) => ({ ...item, id: toBytes(item.id) }));

  const optionsOf = (form) => {
    const options = JSON.parse(form.dataset.options).publicKey;
    options.challenge = toBytes(options.challenge);
    if (options.user) options.user.id = toBytes(options.user.id);
    if (options.allowCredentials) options.allowCredentials = descriptors(options.allowCredentials);
    if (options.excludeCredentials) options.excludeCredentials = descriptors(options.excludeCredentials);
    return options;
  };

  const send = (form, credential) => {
    const response = {};
    for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
      if (credential.response[name]) response[name] = toText(credential.response[name]);
    }
    if (credential.response.getTransports) response.transports = credential.response.getTransports();
    form.elements.assertion.value = JSON.stringify({
      id: credential.id,
      rawId: toText(credential.rawId),
      type: credential.type,
      response,
    });
    form.submit();
  };

  // Only one question can be open at a time: the button takes the place of the one in the name's field.
  let waiting = new AbortController();
  const ask = (form, more) =>
    navigator.credentials[form.dataset.passkey]({ publicKey: optionsOf(form), signal: waiting.signal, ...more });

  for (const form of document.querySelectorAll("form[data-passkey]")) {
    form.hidden = false;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      waiting.abort();
      waiting = new AbortController();
      const trouble = form.querySelector(".notice");
      if (trouble) trouble.hidden = true;
      try {
        send(form, await ask(form));
      } catch {
        if (trouble) trouble.hidden = false;
      }
    });
    if ("conditional" in form.dataset && PublicKeyCredential.isConditionalMediationAvailable) {
      PublicKeyCredential.isConditionalMediationAvailable()
        .then((able) => able && ask(form, { mediation: "conditional" }).then((credential) => send(form, credential)))
        .catch(() => {});
    }
  }
})();
