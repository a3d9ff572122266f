# The command line in a container: see docs/deploy.md. The warehouse lies on the volume /data; nothing else is kept.
FROM python:3.11-slim AS build
ARG EXTRAS=""
WORKDIR /source
COPY pyproject.toml constraints.txt README.md ./
COPY src src
RUN python -m venv --without-pip /opt/backcourt \
 && pip --python /opt/backcourt/bin/python install --no-cache-dir -c constraints.txt ".${EXTRAS:+[$EXTRAS]}"
# Contracts are parsed once, here: who runs the image may not write beside them.
RUN /opt/backcourt/bin/backcourt --help && /opt/backcourt/bin/python -c "import backcourt.engine.registry as r; r.default_registry()"

FROM python:3.11-slim
COPY --from=build /opt/backcourt /opt/backcourt
RUN useradd --uid 10001 --create-home backcourt && install -d -o backcourt -g backcourt /data
ENV PATH=/opt/backcourt/bin:$PATH PYTHONUNBUFFERED=1 BACKCOURT_WAREHOUSE=/data/backcourt.duckdb
USER backcourt
WORKDIR /data
VOLUME /data
ENTRYPOINT ["backcourt"]
CMD ["--help"]
