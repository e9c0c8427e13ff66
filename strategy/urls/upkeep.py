"""After publication: status requests and yearly reviews."""

urlpatterns: list = []
