# Tipstaff on a read-only root filesystem, as an unprivileged user; everything that it keeps lies in the volume /data.
#
#   docker build -t tipstaff .
#   docker run --rm --read-only -v tipstaff:/data -p 8000:8000 tipstaff
#
# For a build that repeats to the last bit, give a digest: --build-arg PYTHON_IMAGE=python@sha256:...
ARG PYTHON_IMAGE=python:3.13.7-slim-bookworm

FROM ${PYTHON_IMAGE} AS base
# Machine code is compiled below, for any CPU of this architecture. Numba names it after the CPU, so without a fixed name
# and fixed features another host would not find it and compile again at each start.
ENV NUMBA_CPU_NAME=generic \
    NUMBA_CPU_FEATURES="" \
    NUMBA_CACHE_DIR=/opt/tipstaff/kernels \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    PATH=/opt/tipstaff/bin:$PATH

FROM base AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_ROOT_USER_ACTION=ignore
WORKDIR /src
RUN python -m venv --without-pip /opt/tipstaff && python -m venv /opt/build
COPY requirements.lock requirements-build.lock ./
RUN --mount=type=cache,target=/root/.cache/pip \
    /opt/build/bin/python -m pip install --quiet --require-hashes --requirement requirements-build.lock && \
    /opt/build/bin/python -m pip --python /opt/tipstaff/bin/python install --quiet --no-compile --require-hashes \
    --requirement requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY model model
COPY training training
COPY service service
COPY languages languages
RUN /opt/build/bin/hatchling build --target wheel --directory /src/dist
WORKDIR /src/languages
RUN /opt/build/bin/hatchling build --target wheel --directory /src/dist
WORKDIR /src
RUN /opt/build/bin/python -m pip --python /opt/tipstaff/bin/python install --quiet --no-compile --no-deps dist/*.whl
# Bytecode that is not compared with its source stays valid whatever a registry does to the times of files.
RUN python -m compileall -q -j 0 -x tests/ --invalidation-mode unchecked-hash /opt/tipstaff/lib && tipstaff warm

FROM base
COPY --from=build /opt/tipstaff /opt/tipstaff
RUN install -d -m 1777 /data
ENV TIPSTAFF_DATA_DIR=/data \
    TIPSTAFF_HOST=0.0.0.0 \
    TIPSTAFF_PORT=8000 \
    HOME=/data
VOLUME /data
WORKDIR /data
USER 10001:10001
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as u; u.urlopen(f'http://127.0.0.1:{os.environ[\"TIPSTAFF_PORT\"]}/readyz', timeout=4)"]
ENTRYPOINT ["tipstaff"]
CMD ["serve"]
