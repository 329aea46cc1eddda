// What the lists show: what came with the class, and what was recorded on this device since.

const PRESENT = 1;
const [LATE, LEFT_EARLY] = [2, 3];

export const needsMinutes = (attended) => attended === LATE || attended === LEFT_EARLY;

// Of a session, by application: {attended, minutes}. What the server refused does not count.
export function marksOf(content, operations, session) {
  const marks = new Map();
  for (const { application, marks: given } of content.people) {
    if (given[session]) marks.set(application, given[session]);
  }
  for (const { kind, session: of, application, attended, minutes, filled, refused } of operations) {
    if (kind !== "mark" || of !== session || refused || (filled && marks.has(application))) continue;
    marks.set(application, { attended, minutes });
  }
  return marks;
}

// One press for all who have no mark yet: a mark for each, which gives way to one of their own.
export function othersPresent(content, operations, session) {
  const marks = marksOf(content, operations, session);
  return content.people
    .filter(({ application }) => !marks.has(application))
    .map(({ application }) => ({ kind: "mark", session, application, attended: PRESENT, filled: true }));
}

// Which screens somebody has done on this device, as "lesson screen".
export function doneOf(operations, application) {
  const steps = operations.filter((each) => each.application === application && each.kind !== "mark");
  return new Set(steps.map(({ lesson, screen }) => `${lesson} ${screen}`));
}

export const attemptOf = (person, lesson, quiz) => person.attempts[`${lesson} ${quiz}`] ?? 1;
