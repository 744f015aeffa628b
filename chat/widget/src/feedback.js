// Thumbs under an answer, and the short form that asks what was wrong.
import { html, nothing } from "lit/html.js";
import { icons } from "./icons.js";
import { t } from "./translate.js";
import { reasons } from "./words.js";

function thumb(row, view, rating, label, drawing) {
  return html`<button class="icon small" type="button" data-part=${`feedback-${rating}`} aria-label=${label} title=${label}
    aria-pressed=${row.feedback === rating} @click=${() => view.rate(rating)}>${drawing}</button>`;
}

function form(row, view) {
  const submit = (event) => {
    event.preventDefault();
    const data = new FormData(event.target);
    view.explain(data.get("reason"), data.get("comment").trim());
  };
  return html`
    <form class="card" data-part="feedback-form" @submit=${submit}>
      <fieldset>
        <legend>${t("What was wrong?")}</legend>
        ${reasons.map(([value, label]) => html`<label class="choice"><input type="radio" name="reason" value=${value} required /><span>${t(label)}</span></label>`)}
      </fieldset>
      <textarea name="comment" rows="2" maxlength="1000" aria-label=${t("Comment")} placeholder=${t("What should it have said? (optional)")}></textarea>
      <div class="row">
        <button class="primary" type="submit">${t("Send")}</button>
        <button class="plain" type="button" @click=${view.closeFeedback}>${t("Skip")}</button>
      </div>
    </form>`;
}

export function feedbackRow(row, view) {
  return html`
    <div class="feedback">
      ${thumb(row, view, "up", t("Helpful"), icons.up)}${thumb(row, view, "down", t("Not helpful"), icons.thumbdown)}
      ${row.feedback && !view.explaining ? html`<span class="muted" role="status">${t("Thanks, noted.")}</span>` : nothing}
    </div>
    ${view.explaining ? form(row, view) : nothing}`;
}
