// Slides turned by keys and buttons. Without it they scroll, and snap to the window.
"use strict";

const slides = [...document.querySelectorAll(".slide")];
const TURNS = { ArrowRight: 1, ArrowDown: 1, PageDown: 1, ArrowLeft: -1, ArrowUp: -1, PageUp: -1 };

// The last slide that has reached the upper half of the window.
function shownSlide() {
  return slides.findLastIndex((slide) => slide.getBoundingClientRect().top < innerHeight / 2);
}

function showSlide(at) {
  const slide = slides[Math.max(0, Math.min(at, slides.length - 1))];
  slide.scrollIntoView();
  history.replaceState(null, "", `#${slide.id}`);
}

function fillScreen() {
  if (document.fullscreenElement) document.exitFullscreen();
  else document.documentElement.requestFullscreen?.();
}

// In a small window a slide may be longer: then these keys scroll in it first.
function goesOn(by, key) {
  const { top, bottom } = slides[shownSlide()].getBoundingClientRect();
  const scrolls = key !== "ArrowLeft" && key !== "ArrowRight";
  return scrolls && (by > 0 ? bottom > innerHeight + 2 : top < -2);
}

function startSlides(bar) {
  for (const [name, sign, by] of [["Back", "←", -1], ["Next", "→", 1]]) {
    const button = make(bar, "button", { type: "button", className: "bar-button", textContent: sign });
    button.setAttribute("aria-label", name);
    button.addEventListener("click", () => showSlide(shownSlide() + by));
  }
  addEventListener("keydown", (event) => {
    const { key, target } = event;
    if (event.ctrlKey || event.metaKey || event.altKey || target.closest("input")) return;
    if (key === "f") return fillScreen();
    if (key === " " && target.closest("a, button, summary")) return;
    const by = key === " " ? (event.shiftKey ? -1 : 1) : TURNS[key];
    const to = { Home: 0, End: slides.length - 1 }[key] ?? (by && shownSlide() + by);
    if (to === undefined || (by && goesOn(by, key))) return;
    event.preventDefault();
    showSlide(to);
  });
}

startSlides(document.querySelector(".deck-bar"));
