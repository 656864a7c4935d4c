// The person's own: who they are, how it looks, which language, and the way out.

import { Avatar, Button, Menu, MenuDivider, MenuGroup, MenuGroupHeader, MenuItem, MenuItemRadio, MenuList, MenuPopover, MenuTrigger, Text } from "@fluentui/react-components";
import { PersonRegular } from "@fluentui/react-icons";
import { person, signOut, switchAccount } from "../session/session";
import { portal } from "../settings";
import { type Key, type Language, languages, useWords } from "../words";
import { type Appearance, appearances, useAppearance } from "./appearance";

export default function Own() {
  const { t, language, speak } = useWords();
  const { appearance, choose } = useAppearance();
  const who = person();
  return (
    <Menu defaultOpen>
      <MenuTrigger disableButtonEnhancement>
        <Button appearance="subtle" shape="circular" icon={<Avatar name={who.name} initials="" icon={<PersonRegular />} size={28} color="brand" />} aria-label={t("own.title", { name: who.name })} />
      </MenuTrigger>
      <MenuPopover>
        <div style={{ padding: "8px 12px" }}>
          <Text weight="semibold" block>
            {who.name}
          </Text>
          <Text size={200}>{who.userName}</Text>
        </div>
        <MenuDivider />
        <MenuList
          checkedValues={{ appearance: [appearance], language: [language] }}
          onCheckedValueChange={(_, data) => {
            const chosen = data.checkedItems[0];
            if (data.name === "appearance") choose(chosen as Appearance);
            else speak(chosen as Language);
          }}
        >
          <MenuGroup>
            <MenuGroupHeader>{t("own.appearance")}</MenuGroupHeader>
            {appearances.map((known) => (
              <MenuItemRadio key={known} name="appearance" value={known}>
                {t(`appearance.${known}` as Key)}
              </MenuItemRadio>
            ))}
          </MenuGroup>
          <MenuDivider />
          <MenuGroup>
            <MenuGroupHeader>{t("own.language")}</MenuGroupHeader>
            {languages.map((known) => (
              <MenuItemRadio key={known.id} name="language" value={known.id} lang={known.id}>
                {known.name}
              </MenuItemRadio>
            ))}
          </MenuGroup>
          <MenuDivider />
          {/* The other portal signs in for itself, so it is loaded anew. */}
          <MenuItem onClick={() => location.assign(portal === "admin" ? "/my" : "/admin")}>{t(portal === "admin" ? "own.toMy" : "own.toAdmin")}</MenuItem>
          <MenuItem onClick={() => location.assign("/account")}>{t("own.securityInfo")}</MenuItem>
          <MenuItem onClick={() => void switchAccount()}>{t("own.switch")}</MenuItem>
          <MenuItem onClick={() => void signOut()}>{t("own.signOut")}</MenuItem>
        </MenuList>
      </MenuPopover>
    </Menu>
  );
}
