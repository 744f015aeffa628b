/* Times in the reader's own zone and language. */

const time = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const day = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
const year = new Intl.DateTimeFormat(undefined, { dateStyle: "medium" });
const whole = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "medium" });

export function wordMoments(root) {
  const today = new Date().toDateString();
  const thisYear = new Date().getFullYear();
  root.querySelectorAll("time[data-moment]").forEach((element) => {
    const moment = new Date(element.dateTime);
    const format = moment.toDateString() === today ? time : moment.getFullYear() === thisYear ? day : year;
    element.textContent = format.format(moment);
    element.title = whole.format(moment);
    element.removeAttribute("data-moment");
  });
  root.querySelectorAll("time.when:not([title])").forEach((element) => {
    element.title = whole.format(new Date(element.dateTime));
  });
}
