// The logo of a workspace as an address that an <img> can show. It is read with the token, so that no address of it
// works for strangers.
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { fetchResponse, workspacePath } from "@/api/client";
import type { Workspace } from "@/api/types";

export function useLogo(workspace: Workspace): string | null {
  const id = workspace.branding?.logo?.id;
  const { data } = useQuery({
    queryKey: ["logo", workspace.id, id],
    queryFn: async ({ signal }) => {
      const path = workspacePath(workspace.id, "/logo");
      return (await fetchResponse("GET", path, { headers: { accept: "image/*" }, signal })).blob();
    },
    enabled: Boolean(id),
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
  const [address, setAddress] = useState<string | null>(null);
  useEffect(() => {
    if (!data || !id) {
      setAddress(null);
      return;
    }
    const made = URL.createObjectURL(data);
    setAddress(made);
    return () => URL.revokeObjectURL(made);
  }, [data, id]);
  return address;
}
