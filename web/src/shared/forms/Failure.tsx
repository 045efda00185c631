// What a form couldn't do, above its buttons; announced at once.
export function Failure({ text }: { text: string | null }) {
  if (!text) return null;
  return (
    <p role="alert" className="rounded-md bg-danger-soft px-3 py-2 text-danger-text">
      {text}
    </p>
  );
}
