/** The schedule of a workspace, with its messages: loaded when the page is first opened. */
import { registerMessages } from "@/shared/i18n";

await registerMessages((locale) => import(`./locales/${locale}.po`));

export { SchedulePage as default } from "./SchedulePage";
