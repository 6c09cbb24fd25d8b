// Forms: no double submit, no empty parameters, selects that apply at once, a warning before typed words are lost.
// Capturing: before htmx takes the event, after dialogs.js had its question answered.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || form.method === "dialog" || form.dataset.noGuard !== undefined) return;
  if (form.dataset.skipEmpty !== undefined) {
    for (const field of form.elements) if (field.name && field.value === "" && !field.disabled) {
      field.disabled = true;
      setTimeout(() => (field.disabled = false));
    }
    return;
  }
  if (form.method !== "post" && !form.hasAttribute("hx-post")) return;
  if (form.dataset.sent !== undefined) {
    event.preventDefault();
    event.stopImmediatePropagation();
    return;
  }
  form.dataset.sent = "";
  // After the browser has read the form, so that the pressed button still travels with it.
  setTimeout(() => busy(form, true));
}, true);

function busy(form, on) {
  if (!on) delete form.dataset.sent;
  const outside = form.id ? document.querySelectorAll(`button[form="${CSS.escape(form.id)}"]`) : [];
  for (const button of [...form.querySelectorAll("button:not([type=button])"), ...outside]) {
    if (on) button.setAttribute("aria-busy", "true");
    else button.removeAttribute("aria-busy");
    button.disabled = on;
  }
}

for (const name of ["htmx:afterRequest", "htmx:sendError", "htmx:timeout", "form-idle"]) {
  document.addEventListener(name, (event) => {
    const form = event.target instanceof Element && event.target.closest("form");
    if (form) busy(form, false);
  });
}
// Back from the cache of the browser: the buttons must work again.
window.addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach((form) => busy(form, false)));

// A form that came back refused: its buttons work, those outside of it too, and no mistake hides in a folded part.
// A text that is too long is counted, not cut: the browser would drop the end of what is pasted without a word.
function count(field) {
  const most = Number(field.dataset.most);
  const much = field.value.length > most * 0.8;
  let note = field.parentElement.querySelector(".field-count");
  if (!note && much) {
    note = document.createElement("span");
    note.className = "field-count";
    note.setAttribute("role", "status");
    field.after(note);
  }
  if (!note) return;
  note.hidden = !much;
  note.textContent = `${field.value.length} / ${most}`;
  if (field.value.length > most) note.dataset.tone = "danger";
  else delete note.dataset.tone;
}

function arrive(root) {
  if (!(root instanceof Element || root instanceof Document)) return;
  for (const form of root.querySelectorAll("form")) if (form.dataset.sent === undefined) busy(form, false);
  for (const mistake of root.querySelectorAll("details .field-errors, details .has-errors")) mistake.closest("details").open = true;
  for (const field of root.querySelectorAll("textarea[maxlength]")) {
    field.dataset.most = field.maxLength;
    field.removeAttribute("maxlength");
    count(field);
  }
}
document.addEventListener("input", (event) => event.target.dataset.most && count(event.target));
document.addEventListener("htmx:load", (event) => arrive(event.target.parentElement || event.target));
arrive(document);

document.addEventListener("change", (event) => {
  // A filter that stands in the row of its bar holds at once; those in the fold wait for its button.
  if (event.target.matches("[data-submit], form[data-apply] .filters-field :is(select, input)")) {
    const form = event.target.form;
    if (form.requestSubmit) form.requestSubmit();
    else form.submit();
  }
});

// <form data-warn>: leaving with typed words asks first; drafts (data-draft) keep them anyway.
let dirty = false;
document.addEventListener("input", (event) => {
  if (event.target.form && event.target.form.dataset.warn !== undefined) dirty = true;
});
document.addEventListener("submit", () => (dirty = false));
window.addEventListener("beforeunload", (event) => {
  if (dirty) event.preventDefault();
});
