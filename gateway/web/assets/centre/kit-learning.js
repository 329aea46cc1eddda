// A learner at the device of the class: chooses the own name, takes lessons, answers questions.

import { attemptOf, doneOf } from "./kit-rules.js";
import { fill, on, show, words } from "./kit-view.js";

// `record` keeps what is done; `back` leads to the instructor's side, which asks for the code.
// On the learner's own phone it is always `owner`.
export function lessonsView(open, record, back, owner = null) {
  const { content, operations } = open;

  function who() {
    if (owner) return back();
    const view = show("t-who");
    for (const person of content.people) {
      const row = fill("t-name", { name: person.name });
      row.querySelector("button").addEventListener("click", () => lessons(person));
      view.querySelector("[data-names]").append(row);
    }
    on(view, { lock: back });
  }

  function lessons(person) {
    const view = show("t-lessons");
    const done = doneOf(operations, person.application);
    view.querySelector("[data-name]").textContent = person.name;
    view.querySelector("[data-course]").textContent = content.course;
    for (const lesson of content.lessons) {
      const count = lesson.screens.filter(({ key }) => done.has(`${lesson.id} ${key}`)).length;
      const row = fill("t-session", { words: lesson.title, marked: words("done", { DONE: count, ALL: lesson.screens.length }) });
      row.querySelector("button").addEventListener("click", () => {
        const next = lesson.screens.findIndex(({ key }) => !done.has(`${lesson.id} ${key}`));
        screen(person, lesson, Math.max(next, 0));
      });
      view.querySelector("[data-lessons]").append(row);
    }
    others(view);
    on(view, { who });
  }

  function screen(person, lesson, at, told = "") {
    const { key, quiz, html } = lesson.screens[at] ?? {};
    if (!key) return lessons(person);
    const view = show("t-screen");
    const answered = doneOf(operations, person.application).has(`${lesson.id} ${key}`);
    const asks = Boolean(quiz) && !answered;
    view.querySelector("[data-name]").textContent = person.name;
    others(view);
    view.querySelector("[data-lesson]").textContent = lesson.title;
    if (lesson.language) view.querySelector(".player").lang = lesson.language;
    view.querySelector("[data-told]").textContent = told || (quiz && answered ? words("kept") : "");
    // Rendered by the server from the course, and sealed since: nobody else could change it.
    view.querySelector("[data-content]").innerHTML = html;
    for (const name of ['[data-answer]', '[data-do="unknown"]']) view.querySelector(name).hidden = !asks;
    view.querySelector('[data-do="continue"]').hidden = asks;
    if (quiz && answered) for (const field of fieldsOf(view)) field.disabled = true;

    const answer = async (fields) => {
      const attempt = attemptOf(person, lesson.id, quiz);
      await record([{ kind: "answer", application: person.application, lesson: lesson.id, screen: key, attempt, fields }]);
      screen(person, lesson, at + 1, words("kept"));
    };
    view.querySelector("form").addEventListener("submit", (event) => {
      event.preventDefault();
      if (!asks) return;
      const fields = complete(view);
      if (fields) answer(fields);
      else view.querySelector("[data-error]").textContent = words("answer");
    });
    on(view, {
      who,
      lessons: () => lessons(person),
      unknown: () => answer([["unknown", "1"]]),
      continue: async () => {
        if (!answered) await record([{ kind: "screen", application: person.application, lesson: lesson.id, screen: key }]);
        screen(person, lesson, at + 1);
      },
    });
  }

  // Nobody else is asked for where the phone is the learner's own.
  function others(view) {
    view.querySelector('[data-do="who"]').hidden = Boolean(owner);
    view.querySelector("[data-home]").hidden = !owner;
    on(view, { list: back });
  }

  if (owner) lessons(owner);
  else who();
}

const fieldsOf = (view) => [...view.querySelector("form").elements].filter((field) => field.name);

// The fields of an answer; null where something is missing, which the server would refuse much later.
function complete(view) {
  const fields = fieldsOf(view);
  const given = fields.filter((field) => !["radio", "checkbox"].includes(field.type) || field.checked);
  const places = given.filter(({ name }) => name.startsWith("place-")).map(({ value }) => value);
  const isWhole = given.length > 0 && given.every(({ value }) => value.trim());
  return isWhole && new Set(places).size === places.length ? given.map(({ name, value }) => [name, value]) : null;
}
