// A small menu at the pointer or under a button: arrow keys move, Escape closes, focus goes back where it was.

import { el, icon } from "./dom.js";

/** Opens a menu of {icon, label, run, danger}. `anchor` is the event that asked for it. */
export function openMenu(items, anchor) {
  document.querySelector(".menu")?.remove();
  const before = document.activeElement;
  const menu = el("div", { class: "menu", role: "menu", tabIndex: -1 });
  const close = () => {
    menu.remove();
    removeEventListener("pointerdown", outside, true);
    removeEventListener("scroll", outside, true);
    before?.focus?.({ preventScroll: true });
  };
  const outside = (event) => menu.contains(event.target) || close();
  for (const item of items) {
    menu.append(el("button", { type: "button", role: "menuitem", class: item.danger ? "danger" : "", onclick: () => {
      close();
      item.run();
    } }, item.icon ? icon(item.icon) : null, item.label));
  }
  menu.addEventListener("keydown", (event) => move(menu, event, close));
  document.body.append(menu);
  place(menu, anchor);
  menu.firstElementChild?.focus();
  addEventListener("pointerdown", outside, true);
  addEventListener("scroll", outside, true);
}

function move(menu, event, close) {
  const all = [...menu.children];
  const at = all.indexOf(document.activeElement);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1 + all.length, Home: 0, End: all.length - 1 }[event.key];
  if (to !== undefined) {
    event.preventDefault();
    all[to % all.length].focus();
  } else if (event.key === "Escape" || event.key === "Tab") {
    event.preventDefault();
    close();
  }
}

function place(menu, anchor) {
  const box = anchor.currentTarget?.getBoundingClientRect?.();
  const pointed = anchor.type === "contextmenu" && anchor.clientX;
  const x = pointed ? anchor.clientX : box?.left ?? 0;
  const y = pointed ? anchor.clientY : box?.bottom ?? 0;
  const { offsetWidth: width, offsetHeight: height } = menu;
  menu.style.left = `${Math.max(8, Math.min(x, innerWidth - width - 8))}px`;
  menu.style.top = `${Math.max(8, y + height + 8 > innerHeight ? (pointed ? y - height : (box?.top ?? y) - height) : y)}px`;
}
