"""`dask`: workers of a Dask cluster, one of the trial's own or the one that the configuration names."""
