// How the text of a running answer is put together. Pure; no DOM.
// Offsets count Unicode code points, as the server does, not UTF-16 units.

const RUNNING = new Set(["queued", "running", "streaming"]);

/** @param {{status?: string}} row */
export const isRunning = (row) => RUNNING.has(row.status);

export const codePoints = (text) => {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
};

function merge(text, length, offset, piece) {
  if (offset === length) return text + piece;
  const have = Array.from(text);
  const added = Array.from(piece);
  const overlap = have.slice(offset, offset + added.length);
  const same = overlap.every((char, i) => char === added[i]);
  if (same && offset + added.length <= length) return text; // a frame seen before
  return have.slice(0, offset).join("") + piece;
}

/**
 * Adds a piece. One that lies beyond what we have waits in `parts` for its predecessor,
 * one seen before changes nothing, one that differs replaces the text from there on.
 * @param {{text: string, length: number, parts: {offset: number, text: string}[], status: string}} row
 */
export function applyDelta(row, offset, piece) {
  if (!isRunning(row)) return row;
  if (offset > row.length) {
    if (row.parts.some((part) => part.offset === offset && part.text === piece)) return row;
    const parts = [...row.parts, { offset, text: piece }].sort((a, b) => a.offset - b.offset);
    return { ...row, parts };
  }
  let text = merge(row.text, row.length, offset, piece);
  let length = codePoints(text);
  const waiting = [];
  for (const part of row.parts) {
    if (part.offset > length) waiting.push(part);
    else {
      text = merge(text, length, part.offset, part.text);
      length = codePoints(text);
    }
  }
  return { ...row, text, length, parts: waiting };
}
