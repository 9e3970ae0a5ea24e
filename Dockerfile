# Overlap's app, with Postgres, Dask, sign-in and figures for Prometheus. docs/deployment.md says how it is run.
#
#     docker build --tag workbench .
#     docker run --rm --init --publish 127.0.0.1:8501:8501 --volume runs:/data workbench
#
# The same image is a Dask scheduler or worker: compose.yaml starts those.
FROM python:3.13-slim AS build
WORKDIR /source
COPY . .
RUN pip wheel --no-cache-dir --no-deps --wheel-dir /wheels .

FROM python:3.13-slim
# tini: the first process of a container has to collect the children of those that died, and to pass SIGTERM on.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends tini \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --create-home --shell /usr/sbin/nologin overlap \
    && install --directory --owner overlap --group overlap --mode 700 /data
COPY requirements-dev.txt /tmp/locked.txt
RUN --mount=type=bind,from=build,source=/wheels,target=/wheels \
    sed 's/ \\$//; /--hash/d' /tmp/locked.txt > /tmp/pins.txt \
    && pip install --no-cache-dir --constraint /tmp/pins.txt \
    "overlap-workbench[app,dask,metrics,postgres,sign-in] @ file://$(ls /wheels/overlap_workbench-*.whl)"

USER overlap
WORKDIR /data
ENV OVERLAP_HOME=/data OVERLAP_LOG=json PYTHONUNBUFFERED=1
VOLUME /data
EXPOSE 8501
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 CMD ["python", "-c", \
    "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8501/health', timeout=4)"]
ENTRYPOINT ["tini", "--"]
CMD ["overlap", "app", "--address", "0.0.0.0", "--port", "8501", "--no-browser"]
