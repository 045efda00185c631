// A searched list of the platform with its further pages.
import { useLingui } from "@lingui/react/macro";
import { type ReactNode, useState } from "react";
import { Rows, Section } from "@/shared/layout/Section";
import { Button } from "@/shared/ui/Button";
import { TextField } from "@/shared/ui/Field";
import { Loaded } from "@/shared/ui/states";
import { useSearchState } from "@/shared/useSearchState";
import { usePlatformList } from "./data";

interface Props<T> {
  list: "users" | "workspaces";
  title: string;
  hint: string;
  searchLabel: string;
  row: (item: T) => ReactNode;
}

export function PlatformList<T>({ list, title, hint, searchLabel, row }: Props<T>) {
  const { t } = useLingui();
  const [search, change] = useSearchState<{ users?: string; workspaces?: string }>();
  const [text, setText] = useState(search[list] ?? "");
  const query = usePlatformList<T>(list, search[list]);
  return (
    <Section
      title={title}
      hint={hint}
      actions={
        <TextField
          hideLabel
          label={searchLabel}
          type="search"
          placeholder={searchLabel}
          className="w-56"
          value={text}
          onChange={(next) => {
            setText(next);
            change({ [list]: next || undefined });
          }}
        />
      }
    >
      <Loaded query={query} rows={4}>
        {({ pages }) => <Rows empty={t`Nothing found`}>{pages.flatMap((page) => page.items).map(row)}</Rows>}
      </Loaded>
      {query.hasNextPage && (
        <Button className="mt-3" busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
          {t`Show more`}
        </Button>
      )}
    </Section>
  );
}
