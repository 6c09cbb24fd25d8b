// <form data-draft="key">: what is typed is kept on this device, per person, until the form went through.
const words = () => document.getElementById("words").dataset;
const user = document.body.dataset.user || "";
const PREFIX = "draft:";
const OLD = 14 * 24 * 3600 * 1000;
const nameOf = (form) => `${PREFIX}${user}:${location.pathname}:${form.dataset.draft}`;
const keeps = (field) => field.name && !["hidden", "password", "file", "submit", "button"].includes(field.type) && field.name !== "csrfmiddlewaretoken";

function read(key) {
  try {
    return JSON.parse(localStorage.getItem(key));
  } catch {
    return null;
  }
}

function collect(form) {
  const values = {};
  for (const field of form.elements) {
    if (!keeps(field)) continue;
    if (field.type === "checkbox" || field.type === "radio") {
      (values[field.name] = values[field.name] || []);
      if (field.checked) values[field.name].push(field.value);
    } else if (field.multiple) values[field.name] = [...field.selectedOptions].map((option) => option.value);
    else values[field.name] = field.value;
  }
  return values;
}

function fill(form, values) {
  for (const field of form.elements) {
    if (!keeps(field) || !(field.name in values)) continue;
    const value = values[field.name];
    if (field.type === "checkbox" || field.type === "radio") field.checked = value.includes(field.value);
    else if (field.multiple) for (const option of field.options) option.selected = value.includes(option.value);
    else field.value = value;
    field.dispatchEvent(new Event("change", { bubbles: true }));
  }
}

function setUp(form) {
  if (form.dataset.draftReady !== undefined) return;
  form.dataset.draftReady = "";
  const key = nameOf(form);
  const before = JSON.stringify(collect(form));
  const kept = read(key);
  // A refused form comes back filled by the server: its words win, and the draft goes on from there.
  const refused = form.querySelector(".has-errors, .form-errors");
  if (kept && !refused && JSON.stringify(kept.values) !== before) {
    fill(form, kept.values);
    const note = document.createElement("div");
    note.className = "notice";
    note.dataset.tone = "info";
    note.setAttribute("role", "status");
    const text = document.createElement("div");
    text.className = "notice-words";
    text.textContent = words().draftRestored;
    const drop = document.createElement("button");
    drop.type = "button";
    drop.className = "btn btn-sm";
    drop.textContent = words().draftDiscard;
    drop.addEventListener("click", () => {
      localStorage.removeItem(key);
      fill(form, JSON.parse(before));
      note.remove();
    });
    note.append(text, drop);
    form.prepend(note);
  }
  let timer;
  const save = () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      if (form.dataset.sent !== undefined) return;
      try {
        localStorage.setItem(key, JSON.stringify({ at: Date.now(), values: collect(form) }));
      } catch {
        // No room on the device: typing goes on without a draft.
      }
    }, 400);
  };
  form.addEventListener("input", save);
  form.addEventListener("change", save);
  form.addEventListener("submit", () => {
    clearTimeout(timer);
    try {
      localStorage.setItem(key, JSON.stringify({ at: Date.now(), values: collect(form), sent: true }));
    } catch {
      // as above
    }
  });
  form.addEventListener("htmx:afterRequest", (event) => {
    // A part of the form that asked for something of its own (a select, a hint) has sent nothing.
    if (event.detail.successful && event.detail.elt === form) localStorage.removeItem(key);
  });
}

// A sent draft is dropped once a page without the refused form arrives; old ones are dropped anyway.
function sweep() {
  const open = new Set([...document.querySelectorAll("form[data-draft]")].filter((form) => form.querySelector(".has-errors, .form-errors")).map(nameOf));
  for (const key of Object.keys(localStorage)) {
    if (!key.startsWith(PREFIX)) continue;
    const kept = read(key);
    if (!kept || Date.now() - kept.at > OLD || (kept.sent && !open.has(key) && key.startsWith(`${PREFIX}${user}:`))) localStorage.removeItem(key);
  }
}

const start = (where) => (where.querySelectorAll ? where : document).querySelectorAll("form[data-draft]").forEach(setUp);
try {
  sweep();
  start(document);
  document.addEventListener("htmx:load", (event) => start(event.target));
} catch {
  // Storage is forbidden on this device: forms work without drafts.
}
