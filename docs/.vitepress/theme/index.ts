/// <reference types="vite/client" />
/** The default theme with the playground's colours. */
import DefaultTheme from "vitepress/theme-without-fonts";
import "./style.css";

export default DefaultTheme;
