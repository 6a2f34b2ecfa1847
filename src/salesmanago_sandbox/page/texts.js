// Every word of the page, in both languages. A text without its Polish counterpart is unfinished.

const EN = {
  title: "SALESmanago sandbox",
  lead: "This is a local stand-in for SALESmanago, and nothing leaves this machine.",
  language: "Language",
  sections: "Parts of this page",
  live: "Live",
  lost: "The sandbox does not answer. This page keeps trying.",
  reset: "Empty the sandbox",
  reset_question: "All contacts, requests and faults will be gone. Accounts and callback addresses stay.",
  reset_yes: "Empty it",
  reset_no: "Leave it as it is",
  newest_only: "Only the newest 200 are shown.",
  failed: "That did not work. Is the sandbox still running?",

  contacts: "Contacts",
  contacts_empty: "No contact has arrived yet.",
  nameless: "No name",
  confirm: "Open the confirmation link",
  unsubscribe: "Open the unsubscribe link",
  data: "Data",
  contactId: "Contact id",
  email: "E-mail",
  phone: "Phone",
  fax: "Fax",
  company: "Company",
  externalId: "Shop’s customer id",
  address: "Address",
  province: "Province",
  lang: "Language",
  state: "State",
  birthday: "Birthday",
  score: "Score",
  createdOn: "Created",
  modifiedOn: "Changed",
  lastVisit: "Last visit",
  tags: "Tags",
  properties: "Details",
  dictionaryProperties: "Typed details",
  consents: "Consents",
  consent_accepted: "accepted",
  consent_not_accepted: "not accepted",
  consent_withdrawn: "withdrawn",
  confirmations: "Confirmation e-mails",
  confirmation: "To {email}, message {id}, language {language}.",
  none: "none",
  history: "History",
  complete: "Complete record as JSON",
  "email.opt_in": "E-mail: opted in",
  "email.opt_out": "E-mail: opted out",
  "email.pending_doi": "E-mail: awaits confirmation",
  "phone.opt_in": "Phone: opted in",
  "phone.opt_out": "Phone: opted out",
  "phone.pending_doi": "Phone: awaits confirmation",

  requests: "Requests",
  requests_empty: "No request has arrived yet. New ones appear here by themselves.",
  request_body: "Request",
  request_answer: "Answer",
  no_body: "There was no body.",
  empty_answer: "The answer was empty.",
  no_answer: "No answer",
  no_answer_given: "No answer was given, or none yet.",
  accepted: "{status} accepted",
  refused: "{status} refused",
  odd: "{status} not readable",
  fault_named: "Fault: {fault}",
  warned: "Warning",
  applied: "The request was carried out.",
  not_applied: "The request was not carried out.",

  faults: "Faults",
  faults_lead: "Order a failure, and see how the integration copes with it.",
  faults_none: "None is switched on",
  faults_on: "Switched on: {count}",
  fault: "Fault",
  fault_path: "Path contains",
  fault_times: "How many times (empty: until cleared)",
  fault_rate: "Chance in percent",
  fault_seconds: "Seconds",
  fault_status: "HTTP status",
  fault_email: "E-mail address",
  fault_applied: "The request is carried out all the same",
  fault_add: "Switch the fault on",
  faults_clear: "Clear all faults",
  fault_email_missing: "Enter the e-mail address that is to be refused.",
  fault_wrong: "The sandbox did not take the fault: {problem}",
  left: "Left: {count}",
  until_cleared: "Until cleared",
  chance: "Chance: {percent}%",

  "fault.status": "Answers with an HTTP error status.",
  "fault.html": "Answers with an HTML error page.",
  "fault.empty": "Does the work and answers 200 with an empty body.",
  "fault.bad_json": "Does the work and answers with JSON that is cut off.",
  "fault.latency": "Answers late.",
  "fault.hang": "Stays silent and closes the connection in the end.",
  "fault.drip": "Sends the answer byte by byte.",
  "fault.retry_after": "Answers 429 and asks in a Retry-After header to wait.",
  "fault.reset_before": "Resets the connection before anything is done.",
  "fault.reset_after": "Does the work and resets the connection.",
  "fault.refuse_email": "Refuses every request about one e-mail address.",
  "fault.message_string": "Answers with a message that is a plain text, not a list.",
  "fault.no_contact_id": "Leaves the contactId out of the answer.",
  "fault.owner_inactive": "Says that the owner is not valid.",
  "fault.account_inactive": "Says that the account is not active.",
  "fault.big_body": "Does the work and answers with 32 MB.",
  "fault.redirect": "Redirects to another address.",
  "fault.callback_twice": "Sends each callback twice.",
  "fault.callback_reordered": "Lets the next callback overtake this one.",
};

const PL = {
  title: "Piaskownica SALESmanago",
  lead: "To lokalny zastępca SALESmanago – nic nie opuszcza tego komputera.",
  language: "Język",
  sections: "Części strony",
  live: "Na żywo",
  lost: "Piaskownica nie odpowiada. Strona wciąż próbuje się połączyć.",
  reset: "Opróżnij piaskownicę",
  reset_question: "Wszystkie kontakty, żądania i awarie znikną. Konta i adresy wywołań zwrotnych pozostaną.",
  reset_yes: "Opróżnij",
  reset_no: "Pozostaw bez zmian",
  newest_only: "Widać tylko 200 najnowszych.",
  failed: "Nie udało się. Czy piaskownica nadal działa?",

  contacts: "Kontakty",
  contacts_empty: "Nie ma jeszcze żadnego kontaktu.",
  nameless: "Bez nazwy",
  confirm: "Otwórz link potwierdzający",
  unsubscribe: "Otwórz link rezygnacji",
  data: "Dane",
  contactId: "Identyfikator kontaktu",
  email: "E-mail",
  phone: "Telefon",
  fax: "Faks",
  company: "Firma",
  externalId: "Identyfikator klienta w sklepie",
  address: "Adres",
  province: "Województwo",
  lang: "Język",
  state: "Stan",
  birthday: "Urodziny",
  score: "Punktacja",
  createdOn: "Utworzono",
  modifiedOn: "Zmieniono",
  lastVisit: "Ostatnia wizyta",
  tags: "Tagi",
  properties: "Szczegóły",
  dictionaryProperties: "Szczegóły z typem",
  consents: "Zgody",
  consent_accepted: "udzielona",
  consent_not_accepted: "nieudzielona",
  consent_withdrawn: "wycofana",
  confirmations: "E-maile z prośbą o potwierdzenie",
  confirmation: "Na adres {email}, wiadomość: {id}, język: {language}.",
  none: "brak",
  history: "Historia",
  complete: "Pełny zapis w formacie JSON",
  "email.opt_in": "E-mail: opt-in",
  "email.opt_out": "E-mail: opt-out",
  "email.pending_doi": "E-mail: czeka na potwierdzenie",
  "phone.opt_in": "Telefon: opt-in",
  "phone.opt_out": "Telefon: opt-out",
  "phone.pending_doi": "Telefon: czeka na potwierdzenie",

  requests: "Żądania",
  requests_empty: "Nie było jeszcze żadnego żądania. Nowe pojawią się tu same.",
  request_body: "Żądanie",
  request_answer: "Odpowiedź",
  no_body: "Żądanie nie miało treści.",
  empty_answer: "Odpowiedź była pusta.",
  no_answer: "Bez odpowiedzi",
  no_answer_given: "Nie było odpowiedzi albo jeszcze jej nie ma.",
  accepted: "{status} przyjęte",
  refused: "{status} odrzucone",
  odd: "{status} nieczytelne",
  fault_named: "Awaria: {fault}",
  warned: "Ostrzeżenie",
  applied: "Żądanie zostało wykonane.",
  not_applied: "Żądanie nie zostało wykonane.",

  faults: "Awarie",
  faults_lead: "Zamów awarię i zobacz, jak radzi sobie z nią integracja.",
  faults_none: "Żadna nie jest włączona",
  faults_on: "Włączone: {count}",
  fault: "Awaria",
  fault_path: "Ścieżka zawiera",
  fault_times: "Ile razy (puste: do odwołania)",
  fault_rate: "Prawdopodobieństwo w procentach",
  fault_seconds: "Sekundy",
  fault_status: "Kod HTTP",
  fault_email: "Adres e-mail",
  fault_applied: "Żądanie mimo to zostaje wykonane",
  fault_add: "Włącz awarię",
  faults_clear: "Odwołaj wszystkie awarie",
  fault_email_missing: "Podaj adres e-mail, który ma być odrzucany.",
  fault_wrong: "Piaskownica nie przyjęła awarii: {problem}",
  left: "Pozostało razy: {count}",
  until_cleared: "Do odwołania",
  chance: "Prawdopodobieństwo: {percent}%",

  "fault.status": "Odpowiada kodem błędu HTTP.",
  "fault.html": "Odpowiada stroną błędu w HTML-u.",
  "fault.empty": "Wykonuje żądanie i odpowiada kodem 200 bez treści.",
  "fault.bad_json": "Wykonuje żądanie i odpowiada uciętym JSON-em.",
  "fault.latency": "Odpowiada z opóźnieniem.",
  "fault.hang": "Milczy, a na koniec zamyka połączenie.",
  "fault.drip": "Wysyła odpowiedź bajt po bajcie.",
  "fault.retry_after": "Odpowiada kodem 429 i w nagłówku Retry-After prosi o odczekanie.",
  "fault.reset_before": "Zrywa połączenie, zanim cokolwiek zrobi.",
  "fault.reset_after": "Wykonuje żądanie i zrywa połączenie.",
  "fault.refuse_email": "Odrzuca każde żądanie dotyczące jednego adresu e-mail.",
  "fault.message_string": "W polu message zwraca zwykły tekst zamiast listy.",
  "fault.no_contact_id": "Pomija contactId w odpowiedzi.",
  "fault.owner_inactive": "Twierdzi, że właściciel (owner) jest nieprawidłowy.",
  "fault.account_inactive": "Twierdzi, że konto jest nieaktywne.",
  "fault.big_body": "Wykonuje żądanie i w odpowiedzi wysyła 32 MB.",
  "fault.redirect": "Przekierowuje pod inny adres.",
  "fault.callback_twice": "Wysyła każde wywołanie zwrotne dwa razy.",
  "fault.callback_reordered": "Pozwala, by następne wywołanie zwrotne wyprzedziło poprzednie.",

  // Notes come with an English sentence from the sandbox itself.
  "note.created": "Kontakt utworzono przez API.",
  "note.changed": "Zmieniono przez API: {fields}.",
  "note.email_changed": "Adres e-mail zmienił się z {old} na {new}.",
  "note.email_status": "Status adresu e-mail zmienił się z {old} na {new}.",
  "note.phone_status": "Status telefonu zmienił się z {old} na {new}.",
  "note.confirmation_sent": "Na adres {email} wysłano prośbę o potwierdzenie.",
  "note.confirmed": "Otwarto link potwierdzający.",
  "note.confirmed_in_vain": "Otwarto link potwierdzający, ale kontakt nie czekał na potwierdzenie.",
  "note.unsubscribed": "Otwarto link rezygnacji.",
  "note.unsubscribed_in_vain": "Otwarto link rezygnacji, ale kontakt nie miał statusu opt-in.",
  "note.callback_answered": "Na wywołanie zwrotne {channel} sklep odpowiedział kodem {status}.",
  "note.callback_failed": "Wywołanie zwrotne {channel} pozostało bez odpowiedzi: {error}",
  "note.no_flag": "Kontakt {email} utworzono bez jednoznacznej flagi, więc ma status opt-out.",
  "note.both_flags": "Flagi {first} i {second} miały jednocześnie wartość true; wygrywa rezygnacja.",
  "note.cut": "Wartość pola {field} miała więcej niż {limit} znaków i została skrócona.",
  "note.unusable": "Wartości pola {field} nie da się użyć, więc została pominięta.",
  "note.type_fixed": "Szczegół {name} ma od pierwszego użycia typ {type}; nową wartość pominięto.",
  "note.tag_added_and_removed": "Tag {tag} miał zostać jednocześnie dodany i usunięty; został usunięty.",
  "note.two_identifiers": "Podano zarówno contactId, jak i email; użyto contactId.",
  "note.already_renamed": "Nie ma kontaktu o adresie {old}; zmieniono kontakt o adresie {new}.",
};

const TEXTS = { en: EN, pl: PL };
const REMEMBERED = "sandbox-language";

let language = chosenLanguage();

export function currentLanguage() {
  return language;
}

export function choose(wanted) {
  language = wanted;
  try {
    localStorage.setItem(REMEMBERED, wanted);
  } catch {
    // Without storage the choice holds until the page is loaded again.
  }
}

export function say(key, values = {}) {
  return filled(TEXTS[language][key] ?? key, values);
}

/** A note of the sandbox: its own English sentence, or ours for its code. */
export function sayNote(note) {
  const sentence = TEXTS[language][`note.${note.code}`];
  return sentence ? filled(sentence, note.values) : note.what;
}

/** Whether there is a text of this name. */
export function knows(key) {
  return key in TEXTS[language];
}

function filled(text, values) {
  return text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

function chosenLanguage() {
  try {
    const remembered = localStorage.getItem(REMEMBERED);
    if (remembered in TEXTS) return remembered;
  } catch {
    // The browser's language decides.
  }
  return navigator.language.toLowerCase().startsWith("pl") ? "pl" : "en";
}
