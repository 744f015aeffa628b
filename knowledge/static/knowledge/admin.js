/* What a button could not do is said below it until the next one is used. The server's own sentences are plain text. */
document.addEventListener("htmx:responseError", ({ detail: { elt, xhr } }) => {
  const isSentence = xhr.getResponseHeader("Content-Type")?.startsWith("text/plain");
  const said = document.createElement("p");
  said.className = "knowledge-own knowledge-problem knowledge-unsaved";
  said.setAttribute("role", "alert");
  said.textContent = isSentence ? xhr.responseText : "That did not work. Reload the page and try again.";
  // What renews itself would take it away.
  (elt.closest("[hx-trigger^=load]") ?? elt).after(said);
});

document.addEventListener("htmx:beforeRequest", ({ detail: { requestConfig } }) => {
  if (requestConfig.verb === "post") document.querySelectorAll(".knowledge-unsaved").forEach((said) => said.remove());
});
