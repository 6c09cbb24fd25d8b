// The form of a unit: a hint where people sleep on site and no flag says so.
function hint(form) {
  const note = form.querySelector("[data-combined-hint]");
  if (!note) return;
  const sleepers = Number(form.elements.namedItem("lodgers").value || 0);
  const ticked = form.querySelector('input[name=flags][value="combined_use"]:checked, input[name=flags][value="multi_use"]:checked');
  note.hidden = !(sleepers > 0) || Boolean(ticked);
}
document.addEventListener("input", (event) => event.target.form && hint(event.target.form));
const start = (where) => (where.querySelectorAll ? where : document).querySelectorAll("form").forEach(hint);
start(document);
document.addEventListener("htmx:load", (event) => start(event.target));
