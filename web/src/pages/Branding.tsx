// How the sign-in pages look: colours, texts and images, with the page as people will see it while one chooses.
//
// The preview draws what the server's page has (`protocols/oidc/templates`); only the server's own page is the truth.

import { Button, Field, Input, makeStyles, MessageBar, MessageBarBody, Switch, Tab, TabList, Text, Textarea, tokens } from "@fluentui/react-components";
import { DeleteRegular, ImageAddRegular } from "@fluentui/react-icons";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { type Entity, graph, GraphFailure, type Page as GraphPage } from "../graph/client";
import { again, useRead } from "../graph/queries";
import { Meanwhile, useEntityEditing } from "../parts/editing";
import { Failure } from "../parts/Failure";
import { Answered, Page, Section } from "../parts/page";
import { server } from "../settings";
import { useWords } from "../words";
import { type Branding as Values, COLOURS, imageProblem, IMAGES, type ImageName, inkOn, isColour, TEXTS } from "./branding";

const useStyles = makeStyles({
  split: { display: "grid", gridTemplateColumns: "minmax(320px, 1fr) minmax(0, 1.3fr)", gap: "16px", alignItems: "start", "@media (max-width: 1000px)": { gridTemplateColumns: "minmax(0, 1fr)" } },
  column: { display: "flex", flexDirection: "column", gap: "16px", minWidth: 0 },
  colour: { display: "flex", gap: "8px", alignItems: "center" },
  swatch: { width: "44px", height: "32px", padding: 0, border: `1px solid ${tokens.colorNeutralStroke1}`, borderRadius: tokens.borderRadiusMedium, backgroundColor: "transparent", cursor: "pointer" },
  image: { display: "flex", gap: "12px", alignItems: "center", justifyContent: "space-between", flexWrap: "wrap" },
  thumb: { maxWidth: "96px", maxHeight: "40px", objectFit: "contain", backgroundColor: tokens.colorNeutralBackground3, borderRadius: tokens.borderRadiusSmall },
  sticky: { position: "sticky", top: "16px" },
  tools: { display: "flex", gap: "12px", alignItems: "center", justifyContent: "space-between", flexWrap: "wrap" },
});

type Images = Partial<Record<ImageName, string | null>>;

export default function Branding() {
  const { t } = useWords();
  const organizations = useRead<GraphPage<Entity>>("/organization?$select=id,displayName");
  return (
    <Page title={t("list.branding")} subtitle={t("branding.about")}>
      <Answered query={organizations}>{({ value }) => (value[0] ? <Known organization={value[0]} /> : null)}</Answered>
    </Page>
  );
}

const NONE: Record<string, unknown> = {};

function Known({ organization }: { organization: Entity }) {
  const path = `/organization/${organization.id}/branding`;
  const branding = useRead<Entity>(path);
  // There is none before somebody writes to it.
  const isNew = branding.error instanceof GraphFailure && branding.error.isMissing;
  // Asked again, it is neither there nor missing for a moment.
  const wasNew = useRef(false);
  wasNew.current ||= isNew;
  const known = branding.data ?? (wasNew.current ? NONE : undefined);
  return <Answered query={{ ...branding, data: known }}>{(shown) => <Editing path={path} branding={shown} name={String(organization.displayName)} />}</Answered>;
}

const valuesOf = (branding: Record<string, unknown>) => Object.fromEntries([...COLOURS, ...TEXTS].map((key) => [key, String(branding[key] ?? "")])) as Values;

function Editing({ path, branding, name: organization }: { path: string; branding: Record<string, unknown>; name: string }) {
  const { t, name } = useWords();
  const styles = useStyles();
  const cache = useQueryClient();
  const editing = useEntityEditing<Values>(path, branding as Entity, valuesOf, "branding");
  const { draft: values, setDraft: setValues, base: initial } = editing;
  const [isSaved, setSaved] = useState(false);
  const [wrong, setWrong] = useState<string | null>(null);
  const served = (key: ImageName) => {
    const address = branding[`${key}RelativeUrl`];
    return typeof address === "string" && address ? `${server}/${address.replace(/^\//, "")}` : null;
  };
  const images: Images = Object.fromEntries((Object.keys(IMAGES) as ImageName[]).map((key) => [key, served(key)]));
  const save = () => {
    const changed = Object.fromEntries([...COLOURS, ...TEXTS].filter((key) => values[key] !== initial[key]).map((key) => [key, values[key] || null]));
    editing.save({ path, ask: { method: "PATCH", body: changed } }, () => setSaved(true));
  };
  const image = useMutation({
    mutationFn: async ({ key, file }: { key: ImageName; file: File | null }) => {
      if (file) {
        const bytes = new Uint8Array(await file.arrayBuffer());
        const problem = imageProblem(key, bytes);
        setWrong(problem === "tooBig" ? t("branding.tooBig", { size: Math.ceil(bytes.length / 1024), most: IMAGES[key] }) : problem ? t("branding.wrongSort") : null);
        if (problem) return;
        await graph(`${path}/${key}`, { method: "PUT", body: new Blob([bytes], { type: bytes[0] === 0x89 ? "image/png" : "image/jpeg" }) });
      } else {
        await graph(`${path}/${key}`, { method: "DELETE" });
      }
      await again(cache);
    },
  });
  const isBad = COLOURS.some((key) => values[key] && !isColour(values[key] ?? ""));
  const isChanged = [...COLOURS, ...TEXTS].some((key) => (values[key] ?? "") !== (initial[key] ?? ""));
  const set = (key: keyof Values, value: string) => setValues({ ...values, [key]: value });
  return (
    <div className={styles.split}>
      <div className={styles.column}>
        <Section title={t("branding.colours")}>
          {COLOURS.map((key) => (
            <Field key={key} label={name(key)} validationMessage={values[key] && !isColour(values[key] ?? "") ? t("branding.badColour") : undefined}>
              <div className={styles.colour}>
                <input type="color" className={styles.swatch} aria-label={name(key)} value={isColour(values[key] ?? "") ? values[key]! : "#eef1f5"} onChange={(event) => set(key, event.target.value)} />
                <Input dir="ltr" placeholder="#RRGGBB" maxLength={7} value={values[key] ?? ""} aria-label={`${name(key)} #RRGGBB`} onChange={(_, data) => set(key, data.value.trim())} />
              </div>
            </Field>
          ))}
        </Section>
        <Section title={t("branding.texts")}>
          {TEXTS.map((key) => (
            <Field key={key} label={name(key)}>
              {key === "signInPageText" ? <Textarea value={values[key] ?? ""} maxLength={1024} resize="vertical" onChange={(_, data) => set(key, data.value)} /> : <Input type={key.endsWith("Url") ? "url" : "text"} dir={key.endsWith("Url") ? "ltr" : undefined} placeholder={key.endsWith("Url") ? "https://" : undefined} value={values[key] ?? ""} onChange={(_, data) => set(key, data.value)} />}
            </Field>
          ))}
        </Section>
        <Meanwhile editing={editing} />
        {editing.why && <Failure why={editing.why} />}
        {isSaved && !isChanged && <MessageBar intent="success"><MessageBarBody>{t("branding.saved")}</MessageBarBody></MessageBar>}
        <div><Button appearance="primary" disabled={editing.isSaving || isBad || !isChanged || editing.clashes.length > 0} onClick={save}>{t("save")}</Button></div>
        <Section title={t("branding.images")}>
          <Text>{t("branding.imagesHint")}</Text>
          {wrong && <MessageBar intent="error" role="alert"><MessageBarBody>{wrong}</MessageBarBody></MessageBar>}
          {image.error && <Failure why={image.error} />}
          {(Object.keys(IMAGES) as ImageName[]).map((key) => (
            <div key={key} className={styles.image}>
              <Text>{name(key)}</Text>
              <span className={styles.colour}>
                {images[key] && <img src={images[key] ?? ""} alt="" className={styles.thumb} />}
                <Chooser label={t("branding.chooseFor", { name: name(key) })} isBusy={image.isPending} onFile={(file) => image.mutate({ key, file })} />
                {images[key] && <Button size="small" icon={<DeleteRegular />} aria-label={t("branding.takeOf", { name: name(key) })} disabled={image.isPending} onClick={() => image.mutate({ key, file: null })} />}
              </span>
            </div>
          ))}
        </Section>
      </div>
      <div className={styles.sticky}>
        <Section title={t("branding.preview")}><Preview values={values} images={images} organization={organization} /></Section>
      </div>
    </div>
  );
}

function Chooser({ label, isBusy, onFile }: { label: string; isBusy: boolean; onFile: (file: File) => void }) {
  const { t } = useWords();
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <Button size="small" icon={<ImageAddRegular />} disabled={isBusy} aria-label={label} onClick={() => input.current?.click()}>{t("branding.choose")}</Button>
      <input ref={input} type="file" accept="image/png,image/jpeg" hidden aria-label={label} onChange={(event) => {
        const file = event.target.files?.[0];
        event.target.value = "";
        if (file) onFile(file);
      }} />
    </>
  );
}

/** The page's own colours, light and dark (`protocols/oidc/templates/style.css`). */
const LOOKS = {
  light: { ink: "#1c2430", faint: "#525d6d", paper: "#ffffff", ground: "#eef1f5", band: "#1c2430", line: "#747f8e", accent: "#0b5cad", accentInk: "#ffffff", rule: "#d5dae1" },
  dark: { ink: "#e8ecf2", faint: "#aab4c2", paper: "#1d232c", ground: "#12161c", band: "#0b0e12", line: "#8691a0", accent: "#7ab8ff", accentInk: "#0b1626", rule: "#38424f" },
};

function Preview({ values, images, organization }: { values: Values; images: Images; organization: string }) {
  const { t } = useWords();
  const styles = useStyles();
  const [size, setSize] = useState("wide");
  const [isDark, setDark] = useState(false);
  const look = LOOKS[isDark ? "dark" : "light"];
  const valid = (colour: string | null | undefined, otherwise: string) => (colour && isColour(colour) ? colour : otherwise);
  const ground = valid(values.backgroundColor, look.ground);
  const band = valid(values.headerBackgroundColor, look.band);
  const hasBand = Boolean(images.headerLogo) || isColour(values.headerBackgroundColor ?? "");
  const logo = images.bannerLogo ?? (isDark ? images.squareLogoDark : null) ?? images.squareLogo;
  const links = [[values.customPrivacyAndCookiesUrl, values.customPrivacyAndCookiesText], [values.customTermsOfUseUrl, values.customTermsOfUseText]].filter(([address]) => address);
  return (
    <>
      <div className={styles.tools}>
        <TabList size="small" selectedValue={size} onTabSelect={(_, data) => setSize(String(data.value))} aria-label={t("branding.preview")}>
          <Tab value="wide">{t("branding.wide")}</Tab>
          <Tab value="narrow">{t("branding.narrow")}</Tab>
        </TabList>
        <Switch label={t("branding.dark")} checked={isDark} onChange={(_, data) => setDark(data.checked)} />
      </div>
      <div role="img" aria-label={t("branding.preview")} style={{ maxWidth: size === "narrow" ? "320px" : "100%", border: `1px solid ${look.rule}`, borderRadius: "8px", overflow: "hidden", backgroundColor: ground, backgroundImage: size === "wide" && images.backgroundImage ? `url("${images.backgroundImage}")` : undefined, backgroundSize: "cover", backgroundPosition: "center", color: look.ink, fontSize: "14px" }}>
        {hasBand && <div style={{ minHeight: "40px", padding: "6px 14px", backgroundColor: band, color: inkOn(band), display: "flex", alignItems: "center" }}>{images.headerLogo && <img src={images.headerLogo} alt="" style={{ maxHeight: "28px" }} />}</div>}
        <div style={{ padding: size === "wide" ? "48px 16px" : "16px 8px", display: "flex", flexDirection: "column", alignItems: "center", gap: "10px" }}>
          <div style={{ width: "100%", maxWidth: "320px", boxSizing: "border-box", backgroundColor: look.paper, borderRadius: "8px", padding: "22px 24px", boxShadow: "0 1px 4px rgb(0 0 0 / .2)" }}>
            {logo ? <img src={logo} alt="" style={{ maxWidth: "100%", maxHeight: "48px", display: "block", marginBlockEnd: "12px" }} /> : <div style={{ fontWeight: 600, color: look.faint, marginBlockEnd: "10px" }}>{organization}</div>}
            <div style={{ fontSize: "20px", fontWeight: 700, marginBlockEnd: "12px" }}>{t("branding.signIn")}</div>
            <div style={{ marginBlockEnd: "4px" }}>{t("branding.userName")}</div>
            <div style={{ border: `1px solid ${look.line}`, borderRadius: "4px", padding: "8px 10px", color: look.faint, minHeight: "20px" }}>{values.usernameHintText}</div>
            <div style={{ display: "inline-block", marginBlockStart: "14px", padding: "8px 18px", borderRadius: "4px", backgroundColor: look.accent, color: look.accentInk, fontWeight: 600 }}>{t("branding.next")}</div>
            {values.signInPageText && <div style={{ marginBlockStart: "20px", paddingBlockStart: "12px", borderTop: `1px solid ${look.rule}`, color: look.faint, fontSize: "13px", whiteSpace: "pre-wrap" }}>{values.signInPageText}</div>}
          </div>
          {links.length > 0 && <div style={{ display: "flex", gap: "16px", fontSize: "13px", color: inkOn(ground), flexWrap: "wrap", justifyContent: "center" }}>{links.map(([address, text]) => <span key={address}>{text || address}</span>)}</div>}
        </div>
      </div>
    </>
  );
}
