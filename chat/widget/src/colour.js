// Makes any accent colour usable: readable text on it, and a shade of it readable on our surfaces.

const SURFACES = { light: [255, 255, 255], dark: [25, 27, 31] };
const BLACK = [0, 0, 0];
const WHITE = [255, 255, 255];

/** @returns {number[] | null} */
export function parseHex(text) {
  const hex = /^#([0-9a-f]{3}|[0-9a-f]{6})$/i.exec(text || "")?.[1];
  if (!hex) return null;
  const full = hex.length === 3 ? hex.replace(/./g, "$&$&") : hex;
  return [0, 2, 4].map((at) => parseInt(full.slice(at, at + 2), 16));
}

function luminance(rgb) {
  const [r, g, b] = rgb.map((value) => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

export function contrast(a, b) {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}

const mix = (a, b, share) => a.map((value, i) => Math.round(value + (b[i] - value) * share));

function readable(colour, surface, ratio) {
  const towards = luminance(surface) > 0.5 ? BLACK : WHITE;
  for (let share = 0; share < 1; share += 0.05) {
    const shade = mix(colour, towards, share);
    if (contrast(shade, surface) >= ratio) return shade;
  }
  return towards;
}

const css = (rgb) => `rgb(${rgb.join(" ")})`;

/** @returns {Record<string, string>} custom properties for the host element */
export function accentProperties(accent) {
  const colour = parseHex(accent);
  if (!colour) return {};
  const properties = {};
  for (const [scheme, surface] of Object.entries(SURFACES)) {
    const fill = readable(colour, surface, 2);
    const on = contrast(WHITE, fill) >= 4.5 || contrast(WHITE, fill) > contrast(BLACK, fill) ? WHITE : BLACK;
    properties[`--accent-${scheme}`] = css(fill);
    properties[`--on-accent-${scheme}`] = css(on);
    properties[`--accent-text-${scheme}`] = css(readable(colour, surface, 5));
  }
  return properties;
}
