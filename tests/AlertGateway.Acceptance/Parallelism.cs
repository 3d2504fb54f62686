// Browser pages and whole houses share two cores: one after the other keeps their time limits meaningful.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
