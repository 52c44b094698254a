// Fields decoded and drawn, axes and numbers: what slider.js is made of. No libraries, no network.
"use strict";

const BLANK = -(2 ** 31); // as in products/steps.py
const SAND = [216, 201, 168];

/** A field in gauss, NaN where there is no value, south row first. */
async function decode(layer, quantum) {
  const packed = Uint8Array.from(atob(layer.data), (letter) => letter.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  const n = layer.width * layer.height;
  const field = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    const steps =
      bytes[i] | (bytes[n + i] << 8) | (bytes[2 * n + i] << 16) | (bytes[3 * n + i] << 24);
    field[i] = steps === BLANK ? NaN : steps * quantum;
  }
  return { name: layer.name, width: layer.width, height: layer.height, field };
}

/** A field as a picture, north up, on a grey scale from minus to plus `limit` gauss. */
function picture(layer, limit) {
  const image = new ImageData(layer.width, layer.height);
  let at = 0;
  for (let row = layer.height - 1; row >= 0; row--) {
    for (let column = 0; column < layer.width; column++) {
      const value = layer.field[row * layer.width + column];
      const grey = 127.5 + (127.5 * value) / limit; // ImageData rounds, and clips to 0..255
      const none = Number.isNaN(value);
      image.data[at++] = none ? SAND[0] : grey;
      image.data[at++] = none ? SAND[1] : grey;
      image.data[at++] = none ? SAND[2] : grey;
      image.data[at++] = 255;
    }
  }
  const sheet = document.createElement("canvas");
  sheet.width = layer.width;
  sheet.height = layer.height;
  sheet.getContext("2d").putImageData(image, 0, 0);
  return sheet;
}

/** A number as it is printed, with a real minus. */
const signed = (value, digits) => value.toFixed(digits).replace("-", "−");
const arcsec = (value) => `${signed(value, 1)}″`;

/** Label an axis of `size` pixels of `scale` arcsec; the first pixel's centre is at `start`. */
function ticks(axis, along, size, start, scale) {
  const length = size * scale;
  const step = [5, 10, 20, 50, 100, 200, 500].find((each) => length / each <= 6) ?? 1000;
  const low = start - scale / 2;
  axis.replaceChildren();
  for (let value = Math.ceil(low / step) * step; value <= low + length; value += step) {
    const label = document.createElement("span");
    label.textContent = signed(value, 0);
    label.style[along] = `${(100 * (value - low)) / length}%`;
    axis.append(label);
  }
  const unit = document.createElement("span");
  unit.className = "unit";
  unit.textContent = along === "left" ? "solar x (arcsec)" : "solar y (arcsec)";
  axis.append(unit);
}

/** Screen pixels for a pixel of the field: as many as fit, a whole number unless that is none. */
function fit(width, height, room) {
  const ratio = window.devicePixelRatio;
  const tallest = Math.max(0.8 * window.innerHeight, height / ratio);
  const most = Math.min(room / width, tallest / height);
  return most * ratio >= 1 ? Math.floor(most * ratio) / ratio : room / width;
}

/** The pixel of the field, row 0 the southernmost, at which a mouse or finger points. */
function pixelUnder(canvas, event) {
  const box = canvas.getBoundingClientRect();
  const column = Math.floor(((event.clientX - box.left) / box.width) * canvas.width);
  const line = Math.floor(((event.clientY - box.top) / box.height) * canvas.height);
  const within = (value, size) => Math.min(size - 1, Math.max(0, value));
  return [within(column, canvas.width), canvas.height - 1 - within(line, canvas.height)];
}
