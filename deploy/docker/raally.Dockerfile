# syntax=docker/dockerfile:1
# The server. Build from the top of the repository:
#   docker buildx build --file deploy/docker/raally.Dockerfile --platform linux/amd64,linux/arm64 --sbom=true .
# Base images come by argument, so that a mirror or a base of one's own can be named:
#   --build-arg WEB_BASE=… --build-arg RUST_BASE=… --build-arg RUNTIME_BASE=…
# Only the last stage, around a binary that is already there (FOLDER holds `raally` and an empty folder `data`):
#   buildah bud --file deploy/docker/raally.Dockerfile --target runtime --build-context binary=FOLDER .
ARG WEB_BASE=docker.io/library/node:22.20-bookworm-slim
ARG RUST_BASE=docker.io/library/rust:1.95-bookworm
ARG RUNTIME_BASE=scratch

FROM ${WEB_BASE} AS web
WORKDIR /src/web
COPY web/package.json web/package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY openapi ../openapi
COPY web ./
RUN npm run build

FROM ${RUST_BASE} AS build
SHELL ["/bin/bash", "-o", "pipefail", "-c"]
ARG BUILD=container
WORKDIR /src
COPY . .
COPY --from=web /src/web/dist web/dist
# Static, with glibc: an image from scratch has no loader. Naming the target keeps the flag away from build scripts.
ARG CARGO_FLAGS=
RUN host="$(rustc -vV | sed -n 's/^host: //p')" \
 && RAALLY_BUILD="${BUILD}" RUSTFLAGS="-C target-feature=+crt-static" \
    cargo build --release --locked --package raally-server --target "${host}" ${CARGO_FLAGS} \
 && install -D --mode=0755 "target/${host}/release/raally" /binary/raally \
 && mkdir /binary/data

FROM scratch AS binary
COPY --from=build /binary/ /

FROM ${RUNTIME_BASE} AS runtime
ARG BUILD=container
LABEL org.opencontainers.image.title="raally" \
      org.opencontainers.image.description="Plans a company's people on its projects" \
      org.opencontainers.image.source="https://github.com/raally/raally" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.revision="${BUILD}"
COPY --from=binary --chown=0:0 --chmod=0755 raally /usr/bin/raally
# The only folder that is written: mount a volume there, and the rest may be read-only.
COPY --from=binary --chown=1000:1000 data /data
ENV RAALLY_LISTEN=0.0.0.0:8080 \
    RAALLY_DATA_DIR=/data \
    RAALLY_LOG_FORMAT=json
USER 1000:1000
EXPOSE 8080
VOLUME /data
STOPSIGNAL SIGTERM
# There is no shell and no curl in here: the program asks its own server.
HEALTHCHECK --interval=10s --timeout=5s --start-period=5s --retries=3 CMD ["/usr/bin/raally", "health"]
ENTRYPOINT ["/usr/bin/raally"]
CMD ["serve"]
