// What happens when an htmx request fails, and where the eye goes when a form comes back refused.
const words = () => document.getElementById("words").dataset;
const say = (detail) => document.dispatchEvent(new CustomEvent("toast", { detail }));

function again(event) {
  const { elt, requestConfig } = event.detail;
  return () => {
    if (elt.isConnected) window.htmx.trigger(elt, requestConfig && requestConfig.triggeringEvent ? requestConfig.triggeringEvent.type : "submit");
  };
}

document.addEventListener("htmx:sendError", (event) => say({ text: words().offline, tone: "warning", action: again(event) }));
document.addEventListener("htmx:timeout", (event) => say({ text: words().offline, tone: "warning", action: again(event) }));

document.addEventListener("htmx:responseError", (event) => {
  const { status, responseText, getResponseHeader } = event.detail.xhr;
  if (status === 422 || status === 409) return;
  let text = status === 403 ? words().forbidden : status === 404 ? words().gone : status === 413 ? words().tooLarge : words().serverError;
  try {
    text = JSON.parse(responseText).detail || text;
  } catch {
    // A page of HTML: our own words are better.
  }
  say({ text, tone: status >= 500 ? "danger" : "warning", keep: true, action: status >= 500 ? again(event) : undefined });
});

// A refusal (409) that carries no panel of its own is told as a toast and swaps nothing.
document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr } = event.detail;
  const type = xhr.getResponseHeader("Content-Type") || "";
  if (xhr.status === 409 && (type.includes("json") || type.includes("text/plain"))) {
    event.detail.shouldSwap = false;
    let text = xhr.responseText;
    try {
      text = JSON.parse(text).detail;
    } catch {
      // plain text
    }
    say({ text, tone: "warning", keep: true });
  }
  // A session that ended answers a fragment with the sign-in page: go there instead of swapping it in.
  if (xhr.status === 200 && xhr.responseText.includes('class="bare"') && document.body.classList.contains("shell")) {
    event.detail.shouldSwap = false;
    location.reload();
  }
});

document.addEventListener("htmx:afterSettle", (event) => focusSummary(event.target));
export function focusSummary(where) {
  const summary = where.querySelector && where.querySelector("[data-focus]");
  if (summary) summary.focus({ preventScroll: false });
}
focusSummary(document);
