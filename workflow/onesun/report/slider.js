// The fields under the slider: wiped, read and drawn anew. Needs fields.js before it.
"use strict";

(async () => {
  const byId = (id) => document.getElementById(id);
  const canvas = byId("canvas");
  const context = canvas.getContext("2d");
  const stage = byId("stage");
  const dividers = [byId("first"), byId("second")];
  const ROLES = ["input", "method", "target"];

  // What is shown: layers in the order of ROLES, where they meet (target pixels), the pixel read.
  const state = { scene: null, layers: [], limit: 150, cuts: [0, 0], at: null };

  // ---- Drawing ----

  const bounds = () => [0, ...state.cuts, canvas.width];

  function repaint() {
    state.pictures = state.layers.map((layer) => picture(layer, state.limit));
    draw();
  }

  function draw() {
    context.imageSmoothingEnabled = false;
    const edges = bounds();
    state.pictures.forEach((sheet, index) => {
      context.save();
      context.beginPath();
      context.rect(edges[index], 0, edges[index + 1] - edges[index], canvas.height);
      context.clip();
      context.drawImage(sheet, 0, 0, canvas.width, canvas.height);
      context.restore();
    });
    place();
  }

  /** Put dividers and tags where the layers meet. */
  function place() {
    const edges = bounds();
    dividers.forEach((divider, index) => {
      const cut = state.cuts[index];
      divider.style.left = `${(100 * cut) / canvas.width}%`;
      divider.ariaValueMin = 0;
      divider.ariaValueMax = canvas.width;
      divider.ariaValueNow = cut;
      divider.ariaValueText = `x = ${arcsec(position(cut, 0)[0])}`;
    });
    ROLES.forEach((role, index) => {
      const tag = byId(`tag-${role}`);
      const shown = canvas.clientWidth / canvas.width;
      tag.style.left = `${edges[index] * shown + 10}px`;
      const room = (edges[index + 1] - edges[index]) * shown - 20;
      tag.style.visibility = tag.offsetWidth <= room ? "visible" : "hidden";
    });
  }

  function cutAt(index, pixel) {
    const cut = Math.min(canvas.width, Math.max(0, Math.round(pixel)));
    state.cuts[index] = cut;
    // The other gives way: input and target meet where there is nothing between.
    if (index === 0) state.cuts[1] = Math.max(state.cuts[1], cut);
    else state.cuts[0] = Math.min(state.cuts[0], cut);
    draw();
  }

  // ---- Reading ----

  /** Arcsec from the disk centre of a target pixel's centre. */
  function position(column, row) {
    const { corner, scale } = state.scene;
    return [corner[0] + column * scale, corner[1] + row * scale];
  }

  function valueAt(layer, column, row) {
    const k = canvas.width / layer.width;
    return layer.field[Math.floor(row / k) * layer.width + Math.floor(column / k)];
  }

  /** Show position and fields of a target pixel; row 0 is the southernmost. */
  function read(column, row) {
    state.at = [column, row];
    const [x, y] = position(column, row);
    const r = Math.hypot(x, y) / state.scene.limb;
    byId("where").textContent = `x = ${arcsec(x)}, y = ${arcsec(y)}, r = ${r.toFixed(3)} R`;
    ROLES.forEach((role, index) => {
      const value = valueAt(state.layers[index], column, row);
      byId(`value-${role}`).textContent = Number.isNaN(value) ? "no value" : `${signed(value, 1)} G`;
    });
  }

  function unread() {
    state.at = null;
    byId("where").textContent = "point at a pixel";
    ROLES.forEach((role) => (byId(`value-${role}`).textContent = "–"));
    byId("cross").hidden = true;
  }

  function mark([column, row]) {
    const cross = byId("cross");
    cross.hidden = false;
    cross.style.left = `${(100 * (column + 0.5)) / canvas.width}%`;
    cross.style.bottom = `${(100 * (row + 0.5)) / canvas.height}%`;
  }

  // ---- Size ----

  function resize() {
    const margins = stage.parentElement.clientWidth - stage.clientWidth;
    const room = document.querySelector(".viewer").clientWidth - margins;
    const zoom = Number(byId("zoom").value) || fit(canvas.width, canvas.height, room);
    canvas.style.width = `${canvas.width * zoom}px`;
    canvas.style.height = `${canvas.height * zoom}px`;
    canvas.classList.toggle("small", zoom * window.devicePixelRatio < 1);
    place();
  }

  // ---- What is chosen ----

  function choices(select, names) {
    select.replaceChildren(...names.map((name, index) => new Option(name, index)));
  }

  function showMethod(index) {
    const scene = state.scene;
    state.layers = [scene.input, scene.methods[index], scene.target];
    ROLES.forEach((role, place) => {
      const { name } = state.layers[place];
      byId(`tag-${role}`).textContent = name;
      const word = role === "method" ? "" : (scene.words?.[role] ?? role);
      byId(`name-${role}`).textContent = word ? `${name}, ${word}` : name;
    });
    document.querySelectorAll(".agreement").forEach((table) => {
      table.querySelectorAll("tbody tr").forEach((row, place) => {
        row.classList.toggle("shown", table.dataset.pair === scene.pair && place === index + 1);
      });
    });
    repaint();
    if (state.at) read(...state.at);
  }

  function showScene(scene) {
    state.scene = scene;
    const { width, height } = scene.target;
    if (canvas.width !== width || canvas.height !== height || !state.cuts[1]) {
      [canvas.width, canvas.height] = [width, height];
      state.cuts = [Math.round(width / 3), Math.round((2 * width) / 3)];
      unread();
    }
    canvas.setAttribute("aria-label", `${scene.pair}: input, prediction and target side by side`);
    choices(byId("method"), scene.methods.map((layer) => layer.name));
    const last = scene.methods.length - 1;
    byId("method").value = last;
    ticks(byId("x-axis"), "left", width, scene.corner[0], scene.scale);
    ticks(byId("y-axis"), "bottom", height, scene.corner[1], scene.scale);
    showMethod(last);
    resize();
  }

  function showLimit() {
    // Two digits, as a person would choose them.
    state.limit = Number((10 ** byId("limit").value).toPrecision(2));
    byId("limit-text").textContent = `±${state.limit} G`;
    byId("bar-low").textContent = `−${state.limit} G`;
    byId("bar-high").textContent = `+${state.limit} G`;
  }

  // ---- Hands ----

  function listen(scenes) {
    const point = (event) => {
      read(...pixelUnder(canvas, event));
      if (event.pointerType !== "mouse") mark(state.at);
      else byId("cross").hidden = true;
    };
    canvas.addEventListener("pointermove", point);
    canvas.addEventListener("pointerdown", point);
    canvas.addEventListener("pointerleave", (event) => {
      if (event.pointerType === "mouse") unread();
    });
    canvas.addEventListener("keydown", (event) => {
      const steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
      const step = steps[event.key];
      if (!step) return;
      event.preventDefault();
      const far = event.shiftKey ? 16 : 1;
      const from = state.at ?? [canvas.width / 2, canvas.height / 2];
      const pixel = [canvas.width, canvas.height].map((size, axis) =>
        Math.min(size - 1, Math.max(0, Math.floor(from[axis]) + far * step[axis])),
      );
      read(...pixel);
      mark(pixel);
    });
    dividers.forEach((divider, index) => {
      divider.addEventListener("pointerdown", (event) => {
        divider.setPointerCapture(event.pointerId);
        event.preventDefault();
        divider.focus({ preventScroll: true });
      });
      divider.addEventListener("pointermove", (event) => {
        if (!divider.hasPointerCapture(event.pointerId)) return;
        const box = canvas.getBoundingClientRect();
        cutAt(index, ((event.clientX - box.left) / box.width) * canvas.width);
      });
      divider.addEventListener("keydown", (event) => {
        const far = event.shiftKey ? 16 : 1;
        const cut = state.cuts[index];
        const to = {
          ...{ ArrowLeft: cut - far, ArrowDown: cut - far, PageDown: cut - 64, Home: 0 },
          ...{ ArrowRight: cut + far, ArrowUp: cut + far, PageUp: cut + 64, End: canvas.width },
        }[event.key];
        if (to === undefined) return;
        event.preventDefault();
        cutAt(index, to);
      });
    });
    byId("pair").addEventListener("change", (event) => showScene(scenes[event.target.value]));
    byId("method").addEventListener("change", (event) => showMethod(Number(event.target.value)));
    byId("zoom").addEventListener("change", resize);
    byId("limit").addEventListener("input", () => {
      showLimit();
      repaint();
    });
    window.addEventListener("resize", resize);
  }

  // ---- Beginning ----

  const unpacked = async (scene) => ({
    ...scene,
    input: await decode(scene.input, scene.quantum),
    target: await decode(scene.target, scene.quantum),
    methods: await Promise.all(scene.methods.map((layer) => decode(layer, scene.quantum))),
  });
  let scenes;
  try {
    scenes = await Promise.all(JSON.parse(byId("scenes").textContent).map(unpacked));
  } catch {
    byId("where").textContent = "This browser cannot unpack the fields; one from 2023 or later can.";
    return;
  }
  choices(byId("pair"), scenes.map((scene) => scene.pair));
  byId("limit").value = Math.log10(Number(byId("limit").dataset.start));
  showLimit();
  showScene(scenes[0]);
  listen(scenes);
  stage.dataset.ready = "true";
})();
