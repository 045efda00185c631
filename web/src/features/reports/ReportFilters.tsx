// Which report, over which days, grouped how. Everything stands in the address.
import { useLingui } from "@lingui/react/macro";
import { useOptions } from "@/shared/catalogue";
import type { ReportSearch } from "@/shared/search";
import { FilterSelect } from "@/shared/table/FilterSelect";
import { CONTROL, cx } from "@/shared/ui/classes";
import { Checkbox, Select, TextField } from "@/shared/ui/Field";
import { useWorkspaceId } from "@/shared/workspace/context";
import type { ReportName } from "./table";
import { useReportNames } from "./useReportNames";

interface Props {
  name: ReportName;
  search: Required<Pick<ReportSearch, "from" | "to" | "grain" | "by" | "hours">> & ReportSearch;
  change: (part: ReportSearch) => void;
}

export function ReportFilters({ name, search, change }: Props) {
  const { t } = useLingui();
  const workspaceId = useWorkspaceId();
  const names = useReportNames();
  const teams = useOptions(workspaceId, "teams");
  const roles = useOptions(workspaceId, "roles");
  const skills = useOptions(workspaceId, "skills");
  const timeless = name === "candidates" || name === "budget";
  const grains = [
    { value: "day", label: t`By day` },
    { value: "week", label: t`By week` },
    { value: "month", label: t`By month` },
    { value: "quarter", label: t`By quarter` },
    { value: "year", label: t`By year` },
    { value: "total", label: t`In one` },
  ];
  const groups = [
    { value: "person", label: t`Per person` },
    { value: "team", label: t`Per team` },
    { value: "role", label: t`Per role` },
    { value: "project", label: t`Per project` },
    { value: "client", label: t`Per client` },
    { value: "workspace", label: t`All together` },
  ];
  return (
    <>
      <Select
        hideLabel
        label={t`Report`}
        className="w-68"
        value={name}
        options={names.map(([value, label]) => ({ value, label }))}
        onChange={(report) => change({ report })}
      />
      <TextField
        hideLabel
        label={t`From`}
        type="date"
        className="w-38"
        value={search.from}
        onChange={(from) => from && change({ from })}
      />
      <TextField
        hideLabel
        label={t`To`}
        type="date"
        className="w-38"
        value={search.to}
        min={search.from}
        onChange={(to) => to && change({ to })}
      />
      {!timeless && (
        <Select
          hideLabel
          label={t`Grain`}
          className="w-32"
          value={search.grain}
          options={grains}
          onChange={(grain) => change({ grain })}
        />
      )}
      {name === "candidates" && (
        <>
          <label className="flex items-center gap-2 text-sm whitespace-nowrap text-muted">
            {t`Hours a day`}
            <input
              type="number"
              min={1}
              max={24}
              className={cx(CONTROL, "w-16")}
              value={search.hours}
              onChange={(event) => event.target.value && change({ hours: event.target.value })}
            />
          </label>
          <FilterSelect
            label={t`Skill`}
            all={t`Any skills`}
            value={search.skillId}
            options={skills}
            onChange={(skillId) => change({ skillId })}
          />
        </>
      )}
      {name === "utilisation" && (
        <Select
          hideLabel
          label={t`Grouping`}
          className="w-34"
          value={search.by}
          options={groups}
          onChange={(by) => change({ by })}
        />
      )}
      <FilterSelect
        label={t`Team`}
        all={t`All teams`}
        value={search.teamId}
        options={teams}
        onChange={(teamId) => change({ teamId })}
      />
      <FilterSelect
        label={t`Role`}
        all={t`All roles`}
        value={search.roleId}
        options={roles}
        onChange={(roleId) => change({ roleId })}
      />
      <Checkbox
        label={t`With tentative`}
        checked={Boolean(search.tentative)}
        onChange={(on) => change({ tentative: on ? true : undefined })}
      />
    </>
  );
}
