// data-confirm on a submit button or a form: asks in the page's own dialog, and takes a reason where one is due.
const ask = document.getElementById("ask");
let proceed = null;
let wanted = null;

function open(source, form, submitter) {
  const { confirm, confirmText, confirmReason, confirmLabel, confirmYes, confirmTone } = source.dataset;
  ask.querySelector("h2").textContent = confirm;
  const text = ask.querySelector(".ask-text");
  text.textContent = confirmText || "";
  text.hidden = !confirmText;
  const reason = ask.querySelector(".ask-reason");
  const area = reason.querySelector("textarea");
  reason.hidden = !confirmReason;
  area.required = Boolean(confirmReason);
  area.value = "";
  if (confirmLabel) reason.querySelector("label").textContent = confirmLabel;
  const yes = ask.querySelector("[data-yes]");
  yes.dataset.usual = yes.dataset.usual || yes.textContent;
  yes.textContent = confirmYes || yes.dataset.usual;
  yes.className = `btn ${confirmTone === "danger" ? "btn-danger" : "btn-primary"}`;
  wanted = submitter || form;
  proceed = () => {
    if (confirmReason) {
      let field = form.elements.namedItem(confirmReason);
      if (!field) {
        field = document.createElement("input");
        field.type = "hidden";
        field.name = confirmReason;
        form.append(field);
      }
      field.value = area.value;
    }
    source.dataset.confirmed = "";
    if (form.requestSubmit) form.requestSubmit(submitter || undefined);
    else form.submit();
    delete source.dataset.confirmed;
  };
  ask.showModal();
  (confirmReason ? area : ask.querySelector("[data-no]")).focus();
}

if (ask && ask.showModal) {
  // Capturing, and before the guard against double submits and htmx see it.
  document.addEventListener("submit", (event) => {
    const submitter = event.submitter;
    const source = submitter && submitter.dataset.confirm ? submitter : event.target.dataset.confirm ? event.target : null;
    if (!source || source.dataset.confirmed !== undefined) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    open(source, event.target, submitter);
  }, true);
  ask.querySelector("form").addEventListener("submit", (event) => {
    event.preventDefault();
    ask.close();
    if (proceed) proceed();
    proceed = null;
  });
  ask.querySelector("[data-no]").addEventListener("click", () => ask.close());
  ask.addEventListener("click", (event) => {
    if (event.target === ask) ask.close();
  });
  ask.addEventListener("close", () => {
    if (wanted && wanted.isConnected && wanted.focus) wanted.focus();
  });
}
