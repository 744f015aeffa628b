// What the assistant offers to do: told exactly, done by a click alone.
import { html } from "lit/html.js";
import { icons } from "./icons.js";
import { t } from "./translate.js";
import * as words from "./words.js";

const drawings = { approved: icons.check, declined: icons.close, failed: icons.alert, expired: icons.alert };

function buttons({ action, expires }, view) {
  const choose = (approve) => ({ target }) => {
    target.closest("[data-part=action]").focus(); // the buttons are about to go
    view.confirm(action, approve);
  };
  return html`
    <button class="primary" type="button" data-part="confirm" @click=${choose(true)}>${t("Yes, do it")}</button>
    <button class="plain" type="button" data-part="decline" @click=${choose(false)}>${t("No")}</button>
    <span class="muted">${t("until {}", words.time(expires))}</span>`;
}

const outcome = (status) => html`<p class="outcome" role="status">${drawings[status] || html`<span class="pulse" aria-hidden="true"></span>`}${t(words.decided[status])}</p>`;

export function actionCard(action, view) {
  const isOver = action.status === "pending" && Date.parse(action.expires) <= Date.now();
  const status = isOver ? "expired" : action.status;
  const id = `action-${action.action}`;
  return html`
    <div class="card" role="group" tabindex="-1" data-part="action" data-status=${status} aria-labelledby=${id} aria-describedby=${`${id}-summary`}>
      <div><strong id=${id}>${action.title}</strong><p class="summary" id=${`${id}-summary`}>${action.summary}</p></div>
      <div class="row">${status === "pending" ? buttons(action, view) : outcome(status)}</div>
    </div>`;
}
