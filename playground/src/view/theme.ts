/** Light, dark, or as the system says; remembered in this browser. */
import { byId } from "./dom.ts";

const KEY = "messages-bridge.theme";
const THEMES = ["auto", "light", "dark"] as const;
type Theme = (typeof THEMES)[number];

/** Applies the remembered theme and makes the button go through all of them. */
export function startTheme(): void {
  const button = byId("theme");
  let theme = remembered();
  const apply = (): void => {
    document.documentElement.style.colorScheme = theme === "auto" ? "" : theme;
    button.textContent = `Theme: ${theme}`;
  };
  button.addEventListener("click", () => {
    theme = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length] as Theme;
    remember(theme);
    apply();
  });
  apply();
}

function remembered(): Theme {
  try {
    return THEMES.find((theme) => theme === localStorage.getItem(KEY)) ?? "auto";
  } catch {
    return "auto";
  }
}

/** Storage may be off: then the choice lasts as long as the page. */
function remember(theme: Theme): void {
  try {
    localStorage.setItem(KEY, theme);
  } catch {
    return;
  }
}
