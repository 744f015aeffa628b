/* The answer that is being written: grows with the visitor's own frames, until the server's version replaces it. */

const STAGES = {
  searching: "The bot is searching the documents …",
  reading: "The bot is reading …",
  checking: "The bot is checking its answer …",
  acting: "The bot is preparing an action …",
};

export class LiveAnswer {
  constructor(grown) {
    this.grown = grown;
    this.forget();
  }

  forget() {
    this.message = null;
    this.text = "";
    this.stage = "";
  }

  take(frame) {
    if (frame.type === "answer.started") {
      this.forget();
      this.message = frame.message;
    }
    if (frame.message !== this.message) return;
    if (frame.type === "answer.status") this.stage = STAGES[frame.stage] ?? "";
    if (frame.type === "answer.delta") this.text = joined(this.text, frame);
    this.show();
    this.grown();
  }

  /** Called after the server's fragment too: it knows that an answer runs, but not yet what it says. */
  show() {
    const box = document.querySelector("#answering");
    if (!box || !this.message) return;
    if (document.querySelector(`[data-answer="${CSS.escape(this.message)}"]`)) {
      this.forget();
      return;
    }
    box.hidden = false;
    box.dataset.message = this.message;
    box.querySelector("[data-live]").textContent = this.text;
    box.querySelector("[data-stage]").textContent = this.text ? "is answering …" : this.stage || "The bot is answering …";
  }
}

/** Offsets count code points, as the server's strings do. */
function joined(text, frame) {
  const points = Array.from(text);
  if (points.length === frame.offset) return text + frame.text;
  return points.slice(0, frame.offset).join("") + frame.text;
}
