// How one entry of the conversation looks. Templates only; what a click does is the element's business.
import { html, noChange, nothing } from "lit/html.js";
import { Directive, directive } from "lit/directive.js";
import { actionCard } from "./action.js";
import { isRunning } from "./answer.js";
import { feedbackRow } from "./feedback.js";
import { icons } from "./icons.js";
import { Markdown } from "./markdown.js";
import { sources } from "./sources.js";
import { t } from "./translate.js";
import * as words from "./words.js";

function markerNode(numbers, view) {
  const group = document.createElement("span");
  group.className = "markers";
  for (const number of numbers) {
    const known = view.citations.some((citation) => citation.number === number);
    const node = document.createElement(known ? "button" : "span");
    node.className = "marker";
    node.textContent = number;
    if (known) {
      node.type = "button";
      node.setAttribute("aria-label", t("Source {}", number));
      node.title = view.citations.find((citation) => citation.number === number).title;
      node.addEventListener("click", () => view.showSource(number));
    }
    group.append(node);
  }
  return group;
}

class MarkdownDirective extends Directive {
  update(part, [text, ended, view]) {
    if (this.citations !== view.citations) {
      this.citations = view.citations;
      this.markdown = new Markdown(part.element, { hosts: view.hosts, citation: (numbers) => markerNode(numbers, view) });
    }
    this.markdown.update(text, ended);
    return noChange;
  }
}
const markdown = directive(MarkdownDirective);

const frame = (row, body, label) => html`
  <article data-part="message" data-role=${row.role} data-status=${row.status} data-id=${row.message}>
    <span class="hidden">${label}</span>${body}
  </article>`;

function customer(row, view) {
  const state = row.status === "failed"
    ? html`<p class="state failed">${icons.alert}<span>${row.detail || t("Not sent.")}</span>
        ${row.retryable === false ? nothing : html`<button class="text" type="button" @click=${() => view.resend()}>${t("Not sent, retry")}</button>`}</p>`
    : row.unsent ? html`<p class="state">${view.online ? t("Sending…") : t("Will be sent when you are back online")}</p>` : nothing;
  return frame(row.unsent || row.status === "failed" ? row : { ...row, status: "sent" },
    html`${view.pictures(row)}${row.text ? html`<div class="bubble" title=${words.time(row.at)}>${row.text}</div>` : nothing}${state}`, t("You said:"));
}

function agent(row, view) {
  const name = row.author || t("Support");
  return frame(row, html`
    <p class="byline"><span class="avatar" aria-hidden="true">${Array.from(name)[0]}</span><strong>${name}</strong><time>${words.time(row.at)}</time></p>
    <div class="bubble prose" ${markdown(row.text, true, view)}></div>`, t("{} said:", name));
}

const system = (row) => frame(row, html`<p class="note">${t(row.text)}</p>`, "");

function stageLine(stage) {
  const text = stage ? stage.detail || t(words.stages[stage.stage] || words.thinking) : t(words.thinking);
  return html`<p class="stage" data-part="stage" data-stage=${stage?.stage || "thinking"}><span class="pulse" aria-hidden="true"></span>${text}</p>`;
}

function endNote(row, view) {
  const text = t(words.ended[row.status]);
  if (!text) return nothing;
  return html`<p class="end">${row.status === "failed" ? icons.alert : nothing}<span>${text}</span>
    <button class="text" type="button" data-part="retry" ?disabled=${row.retried} @click=${() => view.retry()}>${t("Try again")}</button></p>`;
}

function ways(row, view) {
  const verify = row.sign_in && view.verify();
  if ((row.answered !== false && !verify) || row.status !== "complete" || !view.last || view.mode !== "bot") return nothing;
  return html`<div class="row">
    ${verify ? html`<button class="plain" type="button" data-part="start-verify" @click=${verify}>${icons.check}${t("Verify by e-mail")}</button>` : nothing}
    <button class="plain" type="button" data-part="handoff" @click=${view.handoff}>${icons.person}${t("Talk to a person")}</button></div>`;
}

/** No statement that is missing its source. */
const asksBack = (row) => row.text.endsWith("?");

function bot(row, view) {
  const running = isRunning(row);
  const whole = row.status === "complete";
  return frame(row, html`
    <div class="answer" ?data-unanswered=${row.answered === false && !asksBack(row)}>
      <div class="prose" ${markdown(row.text, !running, view)}></div>
      ${running && (!row.text || (row.stage && row.stage.stage === "acting")) ? stageLine(row.stage) : nothing}
      ${row.actions.map((action) => actionCard(action, view))}
      ${running ? nothing : html`${endNote(row, view)}${ways(row, view)}${sources(row.citations, view)}${whole && row.text ? feedbackRow(row, view) : nothing}`}
    </div>`, t("Answer:"));
}

const byRole = { customer, agent, bot };

/** @param {import("./store.js").Row} row */
export const message = (row, view) => (byRole[row.role] || system)(row, view);

export const waiting = () => html`<div class="waiting">${stageLine(null)}</div>`;

export const typing = (name) => html`<p class="stage" data-part="typing"><span class="pulse" aria-hidden="true"></span>${t("{} is typing…", name)}</p>`;
