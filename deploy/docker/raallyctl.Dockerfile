# syntax=docker/dockerfile:1
# The operator's tool. Build from the top of the repository:
#   docker buildx build --file deploy/docker/raallyctl.Dockerfile --platform linux/amd64,linux/arm64 --sbom=true .
# Base images come by argument, so that a mirror or a base of one's own can be named:
#   --build-arg RUST_BASE=… --build-arg RUNTIME_BASE=…
# Only the last stage, around a binary that is already there (FOLDER holds `raallyctl` and an empty folder `data`):
#   buildah bud --file deploy/docker/raallyctl.Dockerfile --target runtime --build-context binary=FOLDER .
ARG RUST_BASE=docker.io/library/rust:1.95-bookworm
ARG RUNTIME_BASE=scratch

FROM ${RUST_BASE} AS build
SHELL ["/bin/bash", "-o", "pipefail", "-c"]
ARG BUILD=container
WORKDIR /src
COPY . .
# Static, with glibc: an image from scratch has no loader. Naming the target keeps the flag away from build scripts.
ARG CARGO_FLAGS=
RUN host="$(rustc -vV | sed -n 's/^host: //p')" \
 && RAALLY_BUILD="${BUILD}" RUSTFLAGS="-C target-feature=+crt-static" \
    cargo build --release --locked --package raally-ops --target "${host}" ${CARGO_FLAGS} \
 && install -D --mode=0755 "target/${host}/release/raallyctl" /binary/raallyctl \
 && mkdir /binary/data

FROM scratch AS binary
COPY --from=build /binary/ /

FROM ${RUNTIME_BASE} AS runtime
ARG BUILD=container
LABEL org.opencontainers.image.title="raallyctl" \
      org.opencontainers.image.description="Releases, hosts and drills of Raally" \
      org.opencontainers.image.source="https://github.com/raally/raally" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.revision="${BUILD}"
COPY --from=binary --chown=0:0 --chmod=0755 raallyctl /usr/bin/raallyctl
COPY --from=binary --chown=1000:1000 data /data
USER 1000:1000
# Journal and state of releases.
VOLUME /data
WORKDIR /data
STOPSIGNAL SIGTERM
# A tool, not a service: it says nothing of health by itself.
HEALTHCHECK NONE
ENTRYPOINT ["/usr/bin/raallyctl"]
CMD ["--help"]
