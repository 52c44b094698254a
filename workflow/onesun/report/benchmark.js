// The benchmark's table: families chosen, rows sorted; and what slider.js is to show.
"use strict";

(() => {
  const sections = [...document.querySelectorAll("section.family")];
  const buttons = [...document.querySelectorAll(".choices button")];

  buttons.forEach((button) =>
    button.addEventListener("click", () => {
      buttons.forEach((each) => each.setAttribute("aria-pressed", String(each === button)));
      const { family } = button.dataset;
      sections.forEach((section) => (section.hidden = family !== "" && section.id !== family));
    }),
  );

  /** Order rows by a column's losses, the best first or last; what has no value stays last. */
  function sort(table, column, ascending) {
    const loss = (row) => row.cells[column].dataset.sort;
    const body = table.tBodies[0];
    [...body.rows]
      .sort((one, other) => {
        const [a, b] = [loss(one), loss(other)];
        if (a === "" || b === "") return (a === "") - (b === "");
        return ascending ? a - b : b - a;
      })
      .forEach((row) => body.append(row));
  }

  document.querySelectorAll("table.scores").forEach((table) => {
    const heads = [...table.tHead.rows[0].cells];
    heads.forEach((head, column) => {
      const button = head.querySelector("button");
      if (!button) return;
      button.addEventListener("click", () => {
        const ascending = head.getAttribute("aria-sort") !== "ascending";
        heads.forEach((each) => each.removeAttribute("aria-sort"));
        head.setAttribute("aria-sort", ascending ? "ascending" : "descending");
        sort(table, column, ascending);
      });
    });
  });

  // A scene of the slider for each submission on the left: it, any other, and the target.
  const place = document.getElementById("layers");
  if (!place) return;
  const { layers, target, ...about } = JSON.parse(place.textContent);
  const scenes = layers.map((layer) => ({
    ...about,
    pair: layer.name,
    factor: 1,
    input: layer,
    methods: layers,
    words: { input: "left", target: "" },
    target,
  }));
  document.getElementById("scenes").textContent = JSON.stringify(scenes);
})();
