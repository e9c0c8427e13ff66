from django.db import migrations, models

# Sections that are there already, published ones too, get what the code used to know about their keys. Nothing is
# released yet: this once the triggers of 0007 step aside, and the digest of the shipped version 1 follows its file.
FILL = """
alter table strategy_templatesection disable trigger sections_stay;
alter table strategy_templateversion disable trigger version_stays;

create table strategy_known (key text, role text, synonyms jsonb);
insert into strategy_known values
  ('mayors-letter', 'letter',
    '{"en": ["Foreword", "Preface", "Message", "Letter"], "es": ["Prólogo", "Prefacio", "Mensaje", "Carta"], "pt-br": ["Prólogo", "Prefácio", "Mensagem", "Carta"]}'),
  ('vision', '',
    '{"en": ["Vision", "Mission"], "es": ["Visión", "Misión"], "pt-br": ["Visão", "Missão"]}'),
  ('why-now', '',
    '{"en": ["Introduction", "Priorities", "Problem"], "es": ["Introducción", "Prioridades", "Problema"], "pt-br": ["Introdução", "Prioridades", "Problema"]}'),
  ('baseline', '',
    '{"en": ["Baseline", "Assessment", "Diagnosis", "Inventory", "Situation"], "es": ["Línea de base", "Punto de partida", "Diagnóstico", "Inventario", "Situación"], "pt-br": ["Linha de base", "Ponto de partida", "Diagnóstico", "Inventário", "Situação"]}'),
  ('who-we-listened-to', '',
    '{"en": ["Listening", "Interviews", "Stakeholders", "Workshops"], "es": ["Escucha", "Entrevistas", "Actores", "Talleres"], "pt-br": ["Escuta", "Entrevistas", "Atores", "Oficinas"]}'),
  ('principles', '',
    '{"en": ["Principles", "Values"], "es": ["Principios", "Valores"], "pt-br": ["Princípios", "Valores"]}'),
  ('data-governance', '',
    '{"en": ["Governance", "Stewardship"], "es": ["Gobernanza", "Gobierno"], "pt-br": ["Governança", "Curadoria"]}'),
  ('data-quality', '',
    '{"en": ["Quality"], "es": ["Calidad"], "pt-br": ["Qualidade"]}'),
  ('data-use', '',
    '{"en": ["Use", "Analytics", "Performance"], "es": ["Uso", "Analítica", "Aprovechamiento"], "pt-br": ["Uso", "Analítica", "Aproveitamento"]}'),
  ('transparency', '',
    '{"en": ["Transparency", "Openness", "Open data"], "es": ["Transparencia", "Apertura", "Datos abiertos"], "pt-br": ["Transparência", "Abertura", "Dados abertos"]}'),
  ('people-and-culture', '',
    '{"en": ["People", "Culture", "Training", "Skills", "Talent"], "es": ["Personas", "Cultura", "Capacitación", "Habilidades", "Talento"], "pt-br": ["Pessoas", "Cultura", "Capacitação", "Habilidades", "Talentos"]}'),
  ('platforms', '',
    '{"en": ["Platforms", "Technology", "Systems", "Tools", "Architecture"], "es": ["Plataformas", "Tecnología", "Sistemas", "Herramientas", "Arquitectura"], "pt-br": ["Plataformas", "Tecnologia", "Sistemas", "Ferramentas", "Arquitetura"]}'),
  ('resources', '',
    '{"en": ["Resources", "Funding", "Budget"], "es": ["Recursos", "Financiamiento", "Presupuesto"], "pt-br": ["Recursos", "Financiamento", "Orçamento"]}'),
  ('action-plan', 'actions',
    '{"en": ["Actions", "Roadmap", "Implementation"], "es": ["Acciones", "Hoja de ruta", "Implementación"], "pt-br": ["Ações", "Roteiro", "Implementação"]}'),
  ('measures', 'measures',
    '{"en": ["Measures", "Indicators", "Metrics", "Targets", "KPIs"], "es": ["Mediciones", "Indicadores", "Métricas", "Metas", "KPI"], "pt-br": ["Medições", "Indicadores", "Métricas", "Metas", "KPIs"]}'),
  ('policies', 'policies',
    '{"en": ["Policies", "Standards"], "es": ["Políticas", "Normas"], "pt-br": ["Políticas", "Normas"]}'),
  ('risks', 'risks',
    '{"en": ["Risks"], "es": ["Riesgos"], "pt-br": ["Riscos"]}'),
  ('oversight', '',
    '{"en": ["Oversight", "Monitoring", "Review"], "es": ["Supervisión", "Seguimiento", "Revisión"], "pt-br": ["Supervisão", "Monitoramento", "Revisão"]}');

update strategy_templatesection s set role = known.role, synonyms = known.synonyms
  from strategy_known known where known.key = s.key;
update strategy_templateversion set taken_out = (
    select jsonb_agg(
      jsonb_build_object('role', coalesce(known.role, ''), 'synonyms', coalesce(known.synonyms, '{}')) || row
      order by place)
    from jsonb_array_elements(taken_out) with ordinality as rows (row, place)
    left join strategy_known known on known.key = row ->> 'key')
  where taken_out <> '[]';
update strategy_templateversion
  set digest = '5722f368c8f11b8ac373c09745196e4bae0f514024811baade3386bdbfb843d6'
  where digest = '94884eb778bdd243fb9b785db6979c41185a266ec036f766b1c01a31f7c0b26a';

drop table strategy_known;
set constraints all immediate;
alter table strategy_templatesection enable trigger sections_stay;
alter table strategy_templateversion enable trigger version_stays;
"""
UNDO = """
alter table strategy_templateversion disable trigger version_stays;
update strategy_templateversion
  set digest = '94884eb778bdd243fb9b785db6979c41185a266ec036f766b1c01a31f7c0b26a'
  where digest = '5722f368c8f11b8ac373c09745196e4bae0f514024811baade3386bdbfb843d6';
set constraints all immediate;
alter table strategy_templateversion enable trigger version_stays;
"""


class Migration(migrations.Migration):
    dependencies = [("strategy", "0011_publication_withdrawn")]

    operations = [
        migrations.AddField(
            model_name="templatesection",
            name="role",
            field=models.CharField(
                blank=True,
                choices=[
                    ("letter", "Mayor’s letter"),
                    ("actions", "Action plan"),
                    ("measures", "Measures"),
                    ("policies", "Policies and standards"),
                    ("risks", "Risks"),
                ],
                db_default="",
                default="",
                help_text="Blank for most; at most one section of a version has a role.",
                max_length=20,
            ),
        ),
        migrations.AddField(
            model_name="templatesection",
            name="synonyms",
            field=models.JSONField(
                db_default=models.Value({}, models.JSONField()),
                default=dict,
                help_text="Other titles by which an uploaded document may call the section: a list by language.",
            ),
        ),
        migrations.RunSQL(FILL, UNDO),
        migrations.AddConstraint(
            model_name="templatesection",
            constraint=models.UniqueConstraint(
                condition=models.Q(("role", ""), _negated=True),
                fields=("version", "role"),
                name="template_section_role_once",
            ),
        ),
    ]
