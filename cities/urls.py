from cities.decisions import urls as decisions
from cities.exports import urls as exports
from cities.invitations import urls as invitations
from cities.offices import urls as offices
from cities.people import urls as people
from cities.team import urls as team

app_name = "cities"
urlpatterns = [
    *decisions.urlpatterns,
    *exports.urlpatterns,
    *invitations.urlpatterns,
    *offices.urlpatterns,
    *people.urlpatterns,
    *team.urlpatterns,
]
