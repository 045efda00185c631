// The public holidays of the regions in which people work.
import { useLingui } from "@lingui/react/macro";
import { useState } from "react";
import { useChange, useList, useWorkspaceQuery } from "@/api/queries";
import { today } from "@/shared/days";
import { useFormat } from "@/shared/i18n/format";
import { Row, Rows, Section } from "@/shared/layout/Section";
import { useProblemText } from "@/shared/problems";
import { Badge } from "@/shared/ui/Badge";
import { Button, IconButton } from "@/shared/ui/Button";
import { Combobox } from "@/shared/ui/Combobox";
import { Select, TextField } from "@/shared/ui/Field";
import { Loaded } from "@/shared/ui/states";
import { toastDone, toastFailed } from "@/shared/ui/toast";
import { useCan, useWorkspace } from "@/shared/workspace/context";

type Region = string | { code?: string; region?: string; name?: string };

const code = (one: Region) => (typeof one === "string" ? one : (one.code ?? one.region ?? ""));
const label = (one: Region) =>
  typeof one === "string" || !one.name ? code(one) : `${one.name} (${code(one)})`;

function LoadHolidays({ workspaceId, first }: { workspaceId: string; first: string | null }) {
  const { t } = useLingui();
  const problem = useProblemText();
  const change = useChange(workspaceId, "holidays");
  const regions = useWorkspaceQuery<{ items: Region[] }>(workspaceId, "regions", "/holidays/regions");
  const [region, setRegion] = useState<string | null>(first);
  const year = Number(today().slice(0, 4));
  const load = () =>
    change
      .mutateAsync({
        method: "POST",
        path: "/holidays/load",
        body: { region, years: [year, year + 1] },
        touches: ["people"],
      })
      .then(() => toastDone(t`The holidays of ${region ?? ""} were loaded`))
      .catch((error) => toastFailed(problem(error).title, problem(error).detail));
  return (
    <div className="mb-4 flex items-end gap-2">
      <Combobox
        label={t`Region`}
        className="w-64"
        options={(regions.data?.items ?? []).map((one) => ({ value: code(one), label: label(one) }))}
        value={region}
        onChange={setRegion}
      />
      <Button disabled={!region} busy={change.isPending} onClick={() => void load()}>
        {t`Load ${year} and ${year + 1}`}
      </Button>
    </div>
  );
}

function AddHoliday({ workspaceId, region }: { workspaceId: string; region: string }) {
  const { t } = useLingui();
  const problem = useProblemText();
  const change = useChange(workspaceId, "holidays");
  const [name, setName] = useState("");
  const [on, setOn] = useState("");
  const [where, setWhere] = useState(region);
  const add = () =>
    change
      .mutateAsync({
        method: "POST",
        path: "/holidays",
        body: { region: where, on, name: name.trim(), observance: "full" },
      })
      .then(() => setName(""))
      .catch((error) => toastFailed(problem(error).title, problem(error).detail));
  return (
    <form
      className="mt-3 flex flex-wrap items-end gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        void add();
      }}
    >
      <TextField label={t`Own holiday`} className="min-w-40 flex-1" value={name} onChange={setName} />
      <TextField label={t`On`} type="date" className="w-38" value={on} onChange={setOn} />
      <TextField label={t`Region`} className="w-24" value={where} onChange={setWhere} />
      <Button type="submit" icon="plus" disabled={!name.trim() || !on || !where}>
        {t`Add`}
      </Button>
    </form>
  );
}

export function HolidaysSection() {
  const { t } = useLingui();
  const format = useFormat();
  const { workspace } = useWorkspace();
  const can = useCan();
  const problem = useProblemText();
  const edit = can("edit-people");
  const query = useList(workspace.id, "holidays");
  const change = useChange(workspace.id, "holidays");
  const region = workspace.settings.holidayRegion ?? null;
  const observances = [
    { value: "full", label: t`Nobody works` },
    { value: "half", label: t`Half a day` },
    { value: "none", label: t`An ordinary day` },
  ];
  return (
    <Section title={t`Holidays`} hint={t`A holiday takes away the working hours of its day in its region.`}>
      {edit && <LoadHolidays workspaceId={workspace.id} first={region} />}
      <Loaded query={query}>
        {(items) => (
          <Rows empty={t`No holidays yet`}>
            {[...items]
              .sort((a, b) => a.on.localeCompare(b.on) || a.region.localeCompare(b.region))
              .map((holiday) => (
                <Row
                  key={holiday.id}
                  actions={
                    edit && (
                      <>
                        <Select
                          hideLabel
                          label={t`How ${holiday.name} is observed`}
                          className="w-44"
                          value={holiday.observance}
                          options={observances}
                          onChange={(observance) =>
                            void change
                              .mutateAsync({
                                method: "PATCH",
                                path: `/holidays/${holiday.id}`,
                                version: holiday.version,
                                body: { observance },
                                touches: ["people"],
                              })
                              .catch((error) => toastFailed(problem(error).title))
                          }
                        />
                        <IconButton
                          icon="trash"
                          label={t`Delete ${holiday.name}`}
                          onClick={() =>
                            void change
                              .mutateAsync({
                                method: "DELETE",
                                path: `/holidays/${holiday.id}`,
                                version: holiday.version,
                              })
                              .catch((error) => toastFailed(problem(error).title))
                          }
                        />
                      </>
                    )
                  }
                >
                  <span className="w-28 text-muted tabular-nums">{format.day(holiday.on)}</span>
                  <span className="font-medium">{holiday.name}</span>
                  <Badge>{holiday.region}</Badge>
                  {holiday.observance !== "full" && !edit && (
                    <Badge tone="accent">
                      {observances.find(({ value }) => value === holiday.observance)?.label}
                    </Badge>
                  )}
                </Row>
              ))}
          </Rows>
        )}
      </Loaded>
      {edit && <AddHoliday workspaceId={workspace.id} region={region ?? ""} />}
    </Section>
  );
}
