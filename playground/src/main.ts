/** Starts the page: the state of the link or the first sample, the controls, the keys. */
import { App } from "./app.ts";
import { FilterClient } from "./filter/client.ts";
import { PIECES, speedText } from "./player/pieces.ts";
import { ANSWERS } from "./samples/answers.ts";
import { PRESETS } from "./samples/configs.ts";
import { firstState, SAMPLES, stateOf, TITLES } from "./samples/requests.ts";
import { fromFragment, LONG_LINK, toFragment } from "./state/share.ts";
import { SURFACES, type State, type Surface } from "./state/state.ts";
import { byId, el, fill } from "./view/dom.ts";
import { startTheme } from "./view/theme.ts";

const sampleSelect = byId<HTMLSelectElement>("sample");
const presetSelect = byId<HTMLSelectElement>("preset");
const answerSelect = byId<HTMLSelectElement>("answer");
const pieceSelect = byId<HTMLSelectElement>("piece");
const speed = byId<HTMLInputElement>("speed");
const OWN = ["own", "your own"] as const;
const SAVE_MS = 400;

const filter = new FilterClient(
  () => new Worker(new URL("./filter/worker.ts", import.meta.url), { type: "module" }),
);
const app = new App(filter, firstState(), changed);
let saving: ReturnType<typeof setTimeout> | undefined;

/** The address follows what is typed, so that a reload keeps it. */
function changed(state: State): void {
  showControls(state);
  clearTimeout(saving);
  saving = setTimeout(() => void save(state), SAVE_MS);
}

async function save(state: State): Promise<string> {
  const fragment = await toFragment(state);
  history.replaceState(null, "", fragment);
  return fragment;
}

function banner(text: string): void {
  const element = byId("banner");
  element.textContent = text;
  element.hidden = text === "";
}

async function share(): Promise<void> {
  const fragment = await save(app.current);
  const button = byId("share");
  try {
    await navigator.clipboard.writeText(location.href);
    button.textContent = "Copied";
  } catch {
    button.textContent = "Link is in the address bar";
  }
  if (fragment.length > LONG_LINK)
    banner(`The link has ${fragment.length} characters; some programs cut such links.`);
  setTimeout(() => (button.textContent = "Copy link"), 2000);
}

async function show(state: State): Promise<void> {
  showControls(state);
  await app.show(state);
}

/** Selects and tabs say what the state is; what was edited is nobody's sample any more. */
function showControls(state: State): void {
  for (const surface of SURFACES) showTab(surface, surface === state.surface);
  byId("request-panel").setAttribute("aria-labelledby", `tab-${state.surface}`);
  const samples = SAMPLES[state.surface];
  const number = samples.findIndex(
    (_, index) => stateOf(state.surface, index, "").request === state.request,
  );
  fill(sampleSelect, [
    ...(number < 0 ? [OWN] : []),
    ...samples.map(({ title }, index) => [String(index), title] as const),
  ]);
  sampleSelect.value = number < 0 ? OWN[0] : String(number);
  choose(presetSelect, PRESETS, state.config);
  choose(answerSelect, ANSWERS, state.answer);
  pieceSelect.value = state.piece;
  speed.value = state.speed;
  byId("speed-value").textContent = speedText(Number(state.speed));
}

function choose(
  select: HTMLSelectElement,
  table: Readonly<Record<string, { title: string; text: string }>>,
  text: string,
): void {
  const entries = Object.entries(table);
  const found = entries.find(([, entry]) => entry.text === text)?.[0];
  fill(select, [
    ...(found === undefined ? [OWN] : []),
    ...entries.map(([key, { title }]) => [key, title] as const),
  ]);
  select.value = found ?? OWN[0];
}

function showTab(surface: Surface, isOn: boolean): void {
  const tab = byId(`tab-${surface}`);
  tab.setAttribute("aria-selected", String(isOn));
  tab.tabIndex = isOn ? 0 : -1;
}

function goToSurface(surface: Surface, focus = false): void {
  if (focus) byId(`tab-${surface}`).focus();
  void take(stateOf(surface, 0, app.current.config));
}

/** A state that the person chose: it goes into the address as well. */
async function take(state: State): Promise<void> {
  const { piece, speed: pace } = app.current;
  await show({ ...state, piece, speed: pace });
  changed(app.current);
}

function buildTabs(): void {
  const onKey = (event: KeyboardEvent, index: number): void => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step === undefined) return;
    goToSurface(SURFACES[(index + step + SURFACES.length) % SURFACES.length] as Surface, true);
  };
  byId("surfaces").append(
    ...SURFACES.map((surface, index) =>
      el(
        "button",
        {
          type: "button",
          role: "tab",
          id: `tab-${surface}`,
          "aria-controls": "request-panel",
          onclick: () => goToSurface(surface),
          onkeydown: (event) => onKey(event as KeyboardEvent, index),
        },
        TITLES[surface],
      ),
    ),
  );
}

function bindControls(): void {
  fill(pieceSelect, PIECES);
  sampleSelect.addEventListener("change", () => {
    if (sampleSelect.value === OWN[0]) return;
    void take(stateOf(app.current.surface, Number(sampleSelect.value), app.current.config));
  });
  presetSelect.addEventListener("change", () => {
    const preset = PRESETS[presetSelect.value];
    if (preset !== undefined) void take({ ...app.current, config: preset.text });
  });
  answerSelect.addEventListener("change", () => {
    const answer = ANSWERS[answerSelect.value];
    if (answer !== undefined)
      void take({ ...app.current, answer: answer.text, status: answer.status });
  });
  for (const key of ["piece", "speed", "path", "status"] as const) {
    const control = byId<HTMLInputElement>(key);
    control.addEventListener("input", () => app.edited(key, control.value));
  }
  const dialog = byId<HTMLDialogElement>("keys");
  byId("help").addEventListener("click", () => dialog.showModal());
  byId("share").addEventListener("click", () => void share());
}

function onKeyDown(event: KeyboardEvent): void {
  const control = event.ctrlKey || event.metaKey;
  const surface =
    event.altKey && !control ? SURFACES[Number(event.code.replace("Digit", "")) - 1] : undefined;
  const action =
    surface !== undefined
      ? () => goToSurface(surface)
      : control
        ? {
            Enter: () => app.player.toggle(),
            ".": () => void app.player.step(),
            s: () => void share(),
          }[event.key]
        : undefined;
  if (action === undefined) return;
  event.preventDefault();
  event.stopPropagation();
  action();
}

async function readLink(): Promise<State | undefined> {
  try {
    return await fromFragment(location.hash);
  } catch {
    banner("This link cannot be read, so a sample is shown.");
    return undefined;
  }
}

async function start(): Promise<void> {
  startTheme();
  buildTabs();
  bindControls();
  addEventListener("keydown", onKeyDown, { capture: true });
  addEventListener("hashchange", () => void readLink().then((state) => state && show(state)));
  await show((await readLink()) ?? firstState());
}

/** For the browser's console and for tests: the filter itself, without the page. */
Object.assign(globalThis, { playground: { filter } });

void start();
