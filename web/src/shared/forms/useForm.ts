// A form's values, its way to the server, and the server's faults beside the fields that they are about.
import { type FormEvent, useCallback, useState } from "react";
import { isProblem } from "@/api/problem";
import { useFieldText, useProblemText } from "../problems";

export interface Form<V> {
  values: V;
  set: <K extends keyof V>(field: K, value: V[K]) => void;
  reset: (values: V) => void;
  busy: boolean;
  changed: boolean;
  /** What is wrong as a whole. */
  failure: string | null;
  /** What is wrong with one field. */
  error: (field: keyof V & string) => string | null;
  onSubmit: (event?: FormEvent) => void;
  /** The value and the change handler of a text field. */
  text: <K extends keyof V & string>(
    field: K,
  ) => { name: K; value: V[K]; onChange: (value: V[K]) => void; error: string | null };
}

type Faults = Partial<Record<string, string>>;

interface Options<V> {
  initial: V;
  /** Faults that need no server; empty when it may be sent. */
  check?: (values: V) => Faults;
  submit: (values: V) => Promise<unknown>;
  /** Words for a failure; the problem's own words otherwise. */
  explain?: (error: unknown) => string | null;
}

export function useForm<V extends object>({ initial, check, submit, explain }: Options<V>): Form<V> {
  const [values, setValues] = useState(initial);
  const [changed, setChanged] = useState(false);
  const [busy, setBusy] = useState(false);
  const [faults, setFaults] = useState<Faults>({});
  const [failure, setFailure] = useState<string | null>(null);
  const problemText = useProblemText();
  const fieldText = useFieldText();

  const set = useCallback(<K extends keyof V>(field: K, value: V[K]) => {
    setValues((now) => ({ ...now, [field]: value }));
    setFaults((now) => ({ ...now, [field]: undefined }));
    setChanged(true);
  }, []);

  const fail = (error: unknown) => {
    const text = problemText(error);
    const fields: Faults = {};
    for (const field of Object.keys(values)) {
      const fault = isProblem(error) ? error.at(`/${field}`) : undefined;
      if (fault) fields[field] = fieldText(fault);
    }
    setFaults(fields);
    const general = [text.title, text.detail].filter(Boolean).join(". ");
    setFailure(explain?.(error) ?? (Object.keys(fields).length > 0 ? text.title : general));
  };

  const onSubmit = (event?: FormEvent) => {
    event?.preventDefault();
    if (busy) return;
    const found = check?.(values) ?? {};
    setFaults(found);
    setFailure(null);
    if (Object.values(found).some(Boolean)) return;
    setBusy(true);
    submit(values)
      .then(() => setChanged(false), fail)
      .finally(() => setBusy(false));
  };

  return {
    values,
    set,
    reset: (next) => {
      setValues(next);
      setFaults({});
      setFailure(null);
      setChanged(false);
    },
    busy,
    changed,
    failure,
    error: (field) => faults[field] ?? null,
    onSubmit,
    text: (field) => ({
      name: field,
      value: values[field],
      onChange: (value) => set(field, value),
      error: faults[field] ?? null,
    }),
  };
}
