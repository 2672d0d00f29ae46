"use strict";
document.documentElement.classList.add("scripted");
document.addEventListener("DOMContentLoaded", () => {
  const table = document.getElementById("fleet");
  if (!table) return;
  const controls = document.querySelector(".controls");
  const search = document.getElementById("text");
  const expand = document.getElementById("expand");
  const shown = document.getElementById("shown");
  const empty = document.getElementById("empty");
  const boxes = [...controls.querySelectorAll("input[name=level]")];
  const headings = [...table.tHead.rows[0].cells];
  const byText = new Intl.Collator("en", { numeric: true, sensitivity: "base" });
  const sorted = { column: headings.findIndex((heading) => heading.dataset.kind === "risk"), down: true };
  let allOpen = false;

  const recipes = [...table.tBodies].map((body) => {
    const row = body.rows[0];
    return {
      body,
      row,
      button: toggleIn(row.cells[0], body.id),
      details: body.querySelector("details"),
      text: `${row.textContent} ${body.dataset.words}`.toLowerCase(),
      open: false,
    };
  });
  const ofBody = new Map(recipes.map((recipe) => [recipe.body, recipe]));

  function toggleIn(cell, id) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "toggle";
    button.setAttribute("aria-expanded", "false");
    button.setAttribute("aria-controls", id);
    button.append(...cell.childNodes);
    cell.append(button);
    return button;
  }

  function setOpen(recipe, open) {
    if (recipe.open === open) return;
    recipe.open = open;
    recipe.body.classList.toggle("open", open);
    recipe.details.open = open;
    recipe.button.setAttribute("aria-expanded", String(open));
  }

  function sortBy(column, down) {
    Object.assign(sorted, { column, down });
    const kind = headings[column].dataset.kind;
    const key = {
      risk: (recipe) => -Number(recipe.body.dataset.rank),
      age: (recipe) => (recipe.body.dataset.age === "" ? null : Number(recipe.body.dataset.age)),
    }[kind] || ((recipe) => recipe.row.cells[column].textContent.trim());
    const keys = new Map(recipes.map((recipe) => [recipe, key(recipe)]));
    const ordered = [...recipes].sort((one, other) => compare(keys.get(one), keys.get(other), down));
    const moved = document.createDocumentFragment();
    for (const recipe of ordered) moved.append(recipe.body);
    table.append(moved);
    headings.forEach((heading, index) => {
      if (index === column) heading.setAttribute("aria-sort", down ? "descending" : "ascending");
      else heading.removeAttribute("aria-sort");
    });
  }

  function compare(one, other, down) {
    if (one === null || other === null) return (one === null) - (other === null);
    const order = typeof one === "number" ? one - other : byText.compare(one, other);
    return down ? -order : order;
  }

  function filter() {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const levels = new Set(boxes.filter((box) => box.checked).map((box) => box.value));
    let count = 0;
    for (const recipe of recipes) {
      const fits = levels.has(recipe.body.dataset.level) && words.every((word) => recipe.text.includes(word));
      if (recipe.body.hidden === fits) recipe.body.hidden = !fits;
      count += fits;
    }
    const all = `${recipes.length} ${recipes.length === 1 ? "recipe" : "recipes"}`;
    shown.textContent = count === recipes.length ? `${all}, all shown` : `${count} of ${all} shown`;
    empty.hidden = count > 0;
    const text = search.value ? ` contains "${search.value}"` : " is shown";
    empty.firstElementChild.textContent = `No recipe at the selected levels${text}.`;
  }

  function reset() {
    search.value = "";
    for (const box of boxes) box.checked = true;
    filter();
    remember();
    search.focus();
  }

  function remember() {
    const state = new URLSearchParams();
    if (search.value) state.set("find", search.value);
    const off = boxes.filter((box) => !box.checked).map((box) => box.value);
    if (off.length) state.set("without", off.join(","));
    const initially = headings[sorted.column].dataset.kind === "risk" && sorted.down;
    if (!initially) state.set("sort", `${sorted.down ? "-" : ""}${sorted.column}`);
    try {
      history.replaceState(null, "", `#${state}`);
    } catch {
      return;
    }
  }

  function openTarget() {
    const recipe = ofBody.get(document.getElementById(location.hash.slice(1)));
    if (!recipe) return;
    setOpen(recipe, true);
    recipe.body.hidden = false;
    recipe.body.scrollIntoView();
  }

  function recall() {
    const state = new URLSearchParams(location.hash.slice(1));
    search.value = state.get("find") || "";
    const off = new Set((state.get("without") || "").split(","));
    for (const box of boxes) box.checked = !off.has(box.value);
    const [, minus, column] = /^(-?)(\d+)$/.exec(state.get("sort") || "") || [];
    if (column !== undefined && Number(column) < headings.length) sortBy(Number(column), minus === "-");
    else headings[sorted.column].setAttribute("aria-sort", "descending");
  }

  function selectText(element) {
    const selection = getSelection();
    selection.removeAllRanges();
    const range = document.createRange();
    range.selectNodeContents(element);
    selection.addRange(range);
  }

  function copyByHand(text) {
    const area = document.createElement("textarea");
    area.className = "unseen";
    area.value = text;
    document.body.append(area);
    area.select();
    const copied = document.execCommand("copy");
    area.remove();
    return copied;
  }

  async function copy(button) {
    const text = button.parentElement.querySelector("code");
    let copied = true;
    try {
      await navigator.clipboard.writeText(text.textContent);
    } catch {
      copied = copyByHand(text.textContent);
      button.focus();
      if (!copied) selectText(text);
    }
    button.textContent = copied ? "Copied" : "Selected";
    shown.textContent = copied ? "The patch was copied." : "The patch is selected: copy it with the keyboard.";
  }

  headings.forEach((heading, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...heading.childNodes);
    heading.append(button);
    button.addEventListener("click", () => {
      const initially = heading.dataset.kind === "risk";
      sortBy(column, sorted.column === column ? !sorted.down : initially);
      remember();
    });
  });

  table.addEventListener("click", (event) => {
    const copying = event.target.closest(".copy");
    if (copying) copy(copying);
    const row = event.target.closest("tr.row");
    if (!row || (getSelection().toString() && !event.target.closest("button"))) return;
    const recipe = ofBody.get(row.parentElement);
    setOpen(recipe, !recipe.open);
  });
  table.addEventListener("toggle", (event) => {
    const recipe = ofBody.get(event.target.closest("tbody.recipe"));
    if (recipe && event.target === recipe.details) setOpen(recipe, recipe.details.open);
  }, true);

  search.addEventListener("input", () => { filter(); remember(); });
  for (const box of boxes) box.addEventListener("change", () => { filter(); remember(); });
  controls.addEventListener("submit", (event) => event.preventDefault());
  expand.addEventListener("click", () => {
    allOpen = !allOpen;
    for (const recipe of recipes) if (!recipe.body.hidden || !allOpen) setOpen(recipe, allOpen);
    expand.textContent = allOpen ? "Collapse all" : "Expand all";
  });

  for (const button of table.querySelectorAll(".copy")) button.hidden = false;
  document.getElementById("reset").addEventListener("click", reset);
  recall();
  filter();
  controls.querySelector(".search").hidden = false;
  openTarget();
  window.addEventListener("hashchange", openTarget);
});
