//! Headers and values as companies write them, in English, German, Spanish, Portuguese and French.

use super::mapping::Field;

/// Language of a header; it tells how dates without a name of the month are meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// English: day or month may come first.
    English,
    /// Any of the others: the day comes first.
    DayFirst,
}

/// Field, English headers, headers of the other languages; all as [`plain`] makes them.
const HEADERS: [(Field, &str, &str); 25] = [
    (
        Field::Person,
        "name person employee employeename fullname resource resourcename staff staffmember consultant teammember member who worker assignee",
        "mitarbeiter mitarbeiterin mitarbeiterinnen mitarbeitername mitarbeitender mitarbeitende ressource beschaftigter vollname nombre empleado empleada persona recurso nombrecompleto nome funcionario funcionaria pessoa colaborador colaboradora nomecompleto nom employe employee nomcomplet collaborateur personne ressource",
    ),
    (Field::FirstName, "firstname givenname forename", "vorname nombredepila primeronombre prenom primeironome"),
    (
        Field::LastName,
        "lastname surname familyname",
        "nachname familienname apellido apellidos sobrenome apelido nomdefamille",
    ),
    (
        Field::Email,
        "email mail emailaddress mailaddress workemail",
        "emailadresse mailadresse correo correoelectronico emailcorporativo courriel adresseemail enderecodeemail adressemail",
    ),
    (
        Field::PersonId,
        "employeeid employeenumber employeeno personid personnelnumber personnelno resourceid staffid userid",
        "personalnummer personalnr mitarbeiternummer mitarbeiternr mitarbeiterid idempleado numeroempleado matricula matricule idfuncionario",
    ),
    (
        Field::Title,
        "title jobtitle position job",
        "titel jobtitel stelle funktion stellenbezeichnung cargo puesto titulo poste fonction intituledeposte",
    ),
    (
        Field::Team,
        "team department dept unit group office location squad",
        "abteilung bereich gruppe standort mannschaft equipo departamento equipe setor service departement",
    ),
    (
        Field::Skills,
        "skills skill competencies",
        "fahigkeiten kenntnisse kompetenzen skillset habilidades competencias competences",
    ),
    (
        Field::ContractHours,
        "weeklyhours contracthours contractedhours workinghours capacity weeklycapacity hourscontract availability weeklyavailability",
        "wochenstunden sollstunden arbeitszeit vertragsstunden wochenarbeitszeit kapazitat horassemanales horascontrato cargahoraria horassemanais capacidad capacidade heureshebdo heureshebdomadaires capacite",
    ),
    (Field::Calendar, "calendar workcalendar", "kalender arbeitskalender calendario calendrier"),
    (
        Field::ProjectCode,
        "projectcode projectno projectnumber projectnr code jobcode jobnumber",
        "projektnr projektnummer projektcode projektkurzel codigoproyecto codigodeproyecto numerodeproyecto codigodoprojeto codigoprojeto codeprojet codigo numeroprojet nprojet",
    ),
    (
        Field::Project,
        "project projectname engagement",
        "projekt projektname vorhaben proyecto nombredelproyecto projeto nomedoprojeto projet nomduprojet",
    ),
    (Field::ProjectId, "projectid", "projektid idproyecto idprojeto idprojet"),
    (
        Field::Client,
        "client customer clientname customername account",
        "kunde kundin kundenname auftraggeber cliente nombrecliente nomecliente nomclient",
    ),
    (Field::Role, "role roleonproject projectrole assignedrole", "rolle projektrolle rol papel funcao role roleprojet"),
    (
        Field::RowId,
        "id assignmentid bookingid allocationid externalid key rowid absenceid requestid",
        "zuordnungsid buchungsid schlussel idasignacion idalocacao identifiant",
    ),
    (
        Field::Effort,
        "hoursweek hoursperweek hrsweek hrsperweek hweek hwk hrswk hours hrs effort allocation allocated allocationpercent percent fte hoursday hoursperday hday load totalhours plannedhours days daysperweek hoursoff",
        "stdwoche stundenwoche stundenprowoche stunden std hwoche stdprowoche auslastung prozent aufwand stdtag stundenprotag stundentag stundengesamt gesamtstunden planstunden tageprowoche horassemana horasporsemana horas esfuerzo asignacion horasdia horaspordia dedicacion alocacao esforco heuressemaine heuresparsemaine heures charge allocation heuresjour heuresparjour",
    ),
    (
        Field::From,
        "from start startdate begin startson begindate validfrom effectivefrom effectivedate since",
        "von beginn startdatum anfang ab start gultigab desde inicio fechainicio fechadeinicio validodesde datainicio datadeinicio du debut datedebut datededebut validedepuis apartirde",
    ),
    (
        Field::To,
        "to end enddate until till endson finish finishdate through",
        "bis ende enddatum hasta fin fechafin fechadefin ate fim datafim datadefim termino au datefin datedefin",
    ),
    (Field::Status, "status state booking bookingtype confirmed", "estado situacao statut etat"),
    (
        Field::Note,
        "note notes comment comments remark remarks description",
        "bemerkung bemerkungen notiz kommentar anmerkung nota notas comentario observacion observaciones observacao observacoes remarque commentaire",
    ),
    (
        Field::Amount,
        "amount rate pay salary wage costrate hourlyrate compensation hourlycost annualsalary yearlysalary monthlysalary",
        "gehalt lohn betrag stundensatz kostensatz jahresgehalt monatsgehalt vergutung salario sueldo importe tarifa coste valor remuneracao montant salaire taux tauxhoraire",
    ),
    (Field::Currency, "currency", "wahrung moneda moeda devise"),
    (
        Field::Basis,
        "basis payperiod per paytype ratetype",
        "zeitraum abrechnung lohnart periodicidad periodicidade periodicite",
    ),
    (
        Field::TimeOffType,
        "timeofftype absencetype leavetype absence leave timeoff reason type",
        "abwesenheit abwesenheitsart urlaubsart fehlzeit art grund ausencia tipo tipodeausencia motivo afastamento typedabsence conge motif",
    ),
];

const TENTATIVE: &str = "tentative planned plan proposed draft option optional soft softbooked pending geplant vorlaufig angefragt offen reserviert provisorisch tentativo provisional planificado propuesto planejado provisorio proposto previsto provisoire prevu propose";
const CONFIRMED: &str = "confirmed fix fixed firm hard hardbooked booked approved active yes true final bestatigt gebucht verbindlich fest zugesagt aktiv ja confirmado confirmada fijo aprobado firme aprovado sim si confirme ferme oui valide";
const SKIP: &str = "skip cancelled canceled rejected declined deleted abgelehnt storniert abgesagt cancelado cancelada rechazado rejeitado annule refuse";
const PENDING: &str =
    "pending requested waiting open offen beantragt angefragt pendiente solicitado pendente enattente demande";
const TOTAL: &str = "total totals sum summe gesamt gesamtsumme zwischensumme subtotal grandtotal insgesamt suma totales totais soma somme totaux totale";
const OPEN_PERSON: &str = "tbd tba nn offen open vacant vacancy unbesetzt placeholder platzhalter unassigned niemand porasignar vacante vaga aremplir apourvoir";

/// Lower case, letters without accents, digits; everything else left out.
pub(crate) fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars().flat_map(char::to_lowercase) {
        match character {
            'a'..='z' | '0'..='9' => out.push(character),
            'ä' | 'á' | 'à' | 'â' | 'ã' | 'å' => out.push('a'),
            'é' | 'è' | 'ê' | 'ë' => out.push('e'),
            'í' | 'ì' | 'î' | 'ï' => out.push('i'),
            'ö' | 'ó' | 'ò' | 'ô' | 'õ' | 'ø' => out.push('o'),
            'ü' | 'ú' | 'ù' | 'û' => out.push('u'),
            'ç' => out.push('c'),
            'ñ' => out.push('n'),
            'ß' => out.push_str("ss"),
            '%' => out.push_str("percent"),
            _ => {}
        }
    }
    out
}

fn listed(list: &str, word: &str) -> bool {
    !word.is_empty() && list.split(' ').any(|entry| entry == word)
}

/// The field that a header means, how sure that is (0 to 100), and the language.
pub(crate) fn field_of(header: &str) -> Option<(Field, u8, Language)> {
    let word = plain(header);
    if word.len() < 2 {
        return None;
    }
    for (field, english, other) in HEADERS {
        if listed(english, &word) {
            return Some((field, 95, Language::English));
        }
        if listed(other, &word) {
            return Some((field, 95, Language::DayFirst));
        }
    }
    let contained =
        |list: &str| list.split(' ').filter(|entry| entry.len() >= 5 && word.contains(entry)).map(str::len).max();
    HEADERS
        .iter()
        .flat_map(|(field, english, other)| {
            [(contained(english), *field, Language::English), (contained(other), *field, Language::DayFirst)]
        })
        .filter_map(|(length, field, language)| Some((length?, field, language)))
        .max_by_key(|(length, ..)| *length)
        .map(|(_, field, language)| (field, 60, language))
}

/// `tentative`, `confirmed` or `skip`.
pub(crate) fn status_of(value: &str) -> Option<&'static str> {
    let word = plain(value);
    [(TENTATIVE, "tentative"), (CONFIRMED, "confirmed"), (SKIP, "skip")]
        .into_iter()
        .find(|(list, _)| listed(list, &word))
        .map(|(_, status)| status)
}

/// `approved`, `pending` or `skip`.
pub(crate) fn approval_of(value: &str) -> Option<&'static str> {
    let word = plain(value);
    [
        (PENDING, "pending"),
        (CONFIRMED, "approved"),
        (SKIP, "skip"),
        ("genehmigt accepted akzeptiert aprobada aprovada approuve", "approved"),
    ]
    .into_iter()
    .find(|(list, _)| listed(list, &word))
    .map(|(_, status)| status)
}

/// `hourly`, `monthly` or `yearly`.
pub(crate) fn basis_of(value: &str) -> Option<&'static str> {
    let word = plain(value);
    let lists = [
        ("hourly hour perhour stunde stundlich prostunde hora porhora heure horaire h", "hourly"),
        ("monthly month permonth monat monatlich promonat mes mensual mensal mois mensuel", "monthly"),
        ("yearly year peryear annual salary salaried jahr jahrlich projahr anual ano annee annuel", "yearly"),
    ];
    lists.into_iter().find(|(list, _)| listed(list, &word)).map(|(_, basis)| basis)
}

/// A label in front of a row, or over a column, of sums.
pub(crate) fn is_total(value: &str) -> bool {
    let word = plain(value);
    listed(TOTAL, &word)
        || matches!(value.trim(), "Σ" | "∑")
        || TOTAL.split(' ').any(|entry| entry.len() > 3 && first_word(value) == entry && value.len() < 40)
}

fn first_word(value: &str) -> String {
    plain(value.trim().split([' ', ':', '\u{a0}']).next().unwrap_or_default())
}

/// A name that means nobody yet.
pub(crate) fn is_open_person(value: &str) -> bool {
    listed(OPEN_PERSON, &plain(value)) || matches!(value.trim(), "?" | "??" | "-" | "–" | "N.N.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_of_five_languages_are_known() {
        let known = [
            ("Mitarbeiter/in", Field::Person),
            ("E-Mail", Field::Email),
            ("Titel", Field::Title),
            ("Wochenstunden", Field::ContractHours),
            ("Projekt-Nr.", Field::ProjectCode),
            ("Projekt", Field::Project),
            ("Kunde", Field::Client),
            ("Rolle", Field::Role),
            ("Std./Woche", Field::Effort),
            ("Von", Field::From),
            ("Bis", Field::To),
            ("Status", Field::Status),
            ("Bemerkung", Field::Note),
            ("Employee Name", Field::Person),
            ("Hours / week", Field::Effort),
            ("Start Date", Field::From),
            ("Nombre completo", Field::Person),
            ("Horas por semana", Field::Effort),
            ("Código do projeto", Field::ProjectCode),
            ("Prénom", Field::FirstName),
            ("Date de début", Field::From),
            ("Observações", Field::Note),
            ("Team / Standort", Field::Team),
        ];
        for (header, field) in known {
            assert_eq!(field_of(header).map(|found| found.0), Some(field), "{header}");
        }
        assert_eq!(field_of("KW 05"), None);
        assert_eq!(field_of(""), None);
    }

    #[test]
    fn totals_are_told_from_names() {
        for text in ["Total", "Summe:", "Gesamt", "Σ", "Total hours", "TOTAL 2026"] {
            assert!(is_total(text), "{text}");
        }
        for text in ["Totila Weiß", "Summer Jones", "Projekt Total Recall", ""] {
            assert!(!is_total(text), "{text}");
        }
    }

    #[test]
    fn values_are_known_in_the_languages() {
        assert_eq!(status_of("geplant"), Some("tentative"));
        assert_eq!(status_of(" Fix "), Some("confirmed"));
        assert_eq!(status_of("Storniert"), Some("skip"));
        assert_eq!(status_of("xyz"), None);
        assert_eq!(basis_of("pro Stunde"), Some("hourly"));
        assert!(is_open_person("N.N."));
    }
}
