"""Where the register answers."""

from django.urls import path

from units.views import dossier, entries, imports, lists, lodging

app_name = "units"
urlpatterns = [
    path("", lists.unit_list, name="list"),
    path("export/", lists.export, name="export"),
    path("register/", entries.register, name="register"),
    path("duplicates/", entries.duplicates, name="duplicates"),
    path("villages/", entries.villages, name="villages"),
    path("import/", imports.start, name="import"),
    path("import/sample/", imports.sample, name="import_sample"),
    path("import/<int:pk>/", imports.batch, name="import_batch"),
    path("import/<int:pk>/confirm/", imports.confirm, name="import_confirm"),
    path("import/<int:pk>/undo/", imports.undo, name="import_undo"),
    path("import/<int:pk>/faulty/", imports.faulty, name="import_faulty"),
    path("<int:pk>/", dossier.dossier, name="dossier"),
    path("<int:pk>/correct/", entries.correct, name="correct"),
    path("<int:pk>/move/", entries.move, name="move"),
    path("<int:pk>/retire/", entries.retire, name="retire"),
    path("<int:pk>/restore/", entries.restore, name="restore"),
    path("<int:pk>/lodging/", lodging.survey, name="lodging_survey"),
    path("<int:pk>/plate/", dossier.plate, name="plate"),
    path("<int:pk>/people/<int:person>/phone/", dossier.reveal_phone, name="reveal_phone"),
]
