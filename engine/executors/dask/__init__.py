"""`dask`: a cluster's workers, here or elsewhere, behind the Executor interface."""
