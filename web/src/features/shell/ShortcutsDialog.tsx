// Every shortcut that works on this page, by `?`.
import { useLingui } from "@lingui/react/macro";
import { Shortcut } from "@/shared/actions/Shortcut";
import { useAllActions } from "@/shared/actions/useActions";
import { Dialog } from "@/shared/ui/Dialog";

export function ShortcutsDialog({
  open,
  onOpenChange,
}: {
  open: boolean;
  onOpenChange: (open: boolean) => void;
}) {
  const { t } = useLingui();
  const actions = useAllActions().filter((action) => action.shortcut);
  const sections = [...new Set(actions.map((action) => action.section))];
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title={t`Keyboard shortcuts`} wide>
      <div className="gap-8 pb-3 sm:columns-2">
        {sections.map((section) => (
          <section key={section} className="mb-4 break-inside-avoid">
            <h3 className="mb-1 text-sm font-semibold text-muted">{section}</h3>
            <dl>
              {actions
                .filter((action) => action.section === section)
                .map((action) => (
                  <div key={action.id} className="flex min-h-8 items-center gap-3">
                    <dt className="flex-1">{action.label}</dt>
                    <dd>
                      <Shortcut keys={action.shortcut ?? ""} />
                    </dd>
                  </div>
                ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}
