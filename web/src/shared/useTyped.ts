// Text that is typed: shown at once, told when the typing pauses, so that no key waits for a page to be drawn anew.
import { useEffect, useRef, useState } from "react";

/** Shorter than the pause between two words, longer than that between two keys of a fast typist. */
export const TYPING_PAUSE_MS = 120;

/**
 * The text to show and what to do with each change of it. `tell` gets the last text once nobody has typed for
 * TYPING_PAUSE_MS, or at once when the text is emptied. A `value` that changes from outside is shown.
 */
export function useTyped(value: string, tell: (text: string) => void): [string, (text: string) => void] {
  const [text, setText] = useState(value);
  const [seen, setSeen] = useState(value);
  const [told, setTold] = useState(value);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const teller = useRef(tell);
  useEffect(() => {
    teller.current = tell;
  }, [tell]);
  useEffect(() => () => clearTimeout(timer.current), []);
  if (value !== seen) {
    setSeen(value);
    // What comes back as it was told is no news: there may be more text by now.
    if (value !== told) setText(value);
    setTold(value);
  }
  const change = (next: string) => {
    setText(next);
    clearTimeout(timer.current);
    const now = () => {
      setTold(next);
      teller.current(next);
    };
    if (next === "") now();
    else timer.current = setTimeout(now, TYPING_PAUSE_MS);
  };
  return [text, change];
}
